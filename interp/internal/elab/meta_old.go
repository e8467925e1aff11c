package elab

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// Seven keys of meta said how pictures are prepared before `prepare` did. They are a
// mistake now, which is corrected by one line that says the same.

// pictureArgs are the arguments of a picture, in the order in which they are written.
var pictureArgs = []string{"resize", "mean", "std", "scale", "order", "interpolation"}

// oldKeys are the keys of before, with the argument that says the same; crop has none.
var oldKeys = map[string]oldKey{
	"mean": {"mean", perPixel}, "std": {"std", perPixel}, "scale": {"scale", ast.Type{Name: "float"}},
	"resize": {"resize", ast.Type{Name: "dims"}}, "crop": {"crop", ast.Type{Name: "int"}},
	"interpolation": {"interpolation", ast.Type{Name: "string"}}, "channel_order": {"order", ast.Type{Name: "string"}},
}

type oldKey struct {
	argument string
	typ      ast.Type
}

var perPixel = ast.Type{Name: "list", Elem: &ast.Type{Name: "float"}}

// picturePresets are what a picture may be written as: the arguments that differ from
// the first. A test compares them with std.prepare.
var picturePresets = []struct {
	name string
	args map[string]string
}{
	{"picture", map[string]string{"resize": "0", "mean": "[0]", "std": "[1]", "scale": "1", "order": `"rgb"`, "interpolation": `"bilinear"`}},
	{"imagenet", map[string]string{"mean": "[0.485, 0.456, 0.406]", "std": "[0.229, 0.224, 0.225]", "resize": "256"}},
	{"inception", map[string]string{"mean": "[0.5]", "std": "[0.5]", "resize": "342"}},
	{"caffe", map[string]string{"mean": "[104, 117, 123]", "scale": "255", "order": `"bgr"`, "resize": "256"}},
}

// An oldItem is what was said of pictures: as it is written, and its value where that
// is known.
type oldItem struct {
	text, value string
	by          *resolve.Object // whose text it is
}

// oldMeta is what the nets of a chain said of pictures so far, by argument.
type oldMeta map[string]oldItem

// state replaces all by what a picture says.
func (old oldMeta) state(p Picture) {
	clear(old)
	for name, v := range map[string]Value{
		"resize": dim.Int(p.Resize[0]), "scale": dim.Int(int(p.Scale)), "order": p.Order, "interpolation": p.Interpolation,
	} {
		old[name] = oldItem{value: show(v)}
	}
	old["mean"], old["std"] = oldItem{value: list(p.Mean)}, oldItem{value: list(p.Std)}
}

// addOld notes an item with an old key; good is false where its value is a mistake, which
// is reported.
func (m *machine) addOld(old oldMeta, item *ast.Setting, o *resolve.Object, e *env) (good bool) {
	at, key := item.Value.Span(), oldKeys[item.Key.Text]
	entry := oldItem{text: o.Module.File.Source.Text[at.Start.Offset:at.End.Offset], by: o}
	if withoutValue(item.Value, localsOf(o), e) == nil {
		v, ok := m.eval(item.Value, e)
		if !ok {
			return false
		}
		_, isNumber := v.(dim.Size)
		if isNumber && key.typ == perPixel { // meant for all channels
			v = []Value{v}
			entry.text = "[" + entry.text + "]"
		}
		converted, want := m.convert(v, key.typ)
		if want != "" {
			m.fail(wrongMeta(item, want, v))
			return false
		}
		if check := madeValues["picture"][key.argument]; check != nil {
			if want := check(converted); want != "" {
				d := wrongMeta(item, want, v)
				d.Code = diag.BadValue
				m.fail(d)
				return false
			}
		}
		if _, isNumber = v.(dim.Size); !isNumber {
			v = converted
		}
		entry.value = listed(v)
	}
	constant := true
	ast.Walk(item.Value, func(n ast.Node) bool {
		_, isRef := n.(*ast.Ref)
		constant = constant && !isRef
		return constant
	})
	if constant && entry.value != "" {
		entry.text = entry.value
	}
	old[key.argument] = entry
	return true
}

// listed writes a value, of a list of equal numbers only one, which stands for all. It is
// "" where that would be too long.
func listed(v Value) string {
	if numbers, ok := v.([]Value); ok && len(numbers) > 0 && !slices.ContainsFunc(numbers, func(v Value) bool { return v != numbers[0] }) {
		v = numbers[:1]
	}
	if text := show(v); len(text) <= maxShown {
		return text
	}
	return ""
}

// of is how an argument is written in the text of a net.
func (old oldMeta) of(name string, o *resolve.Object) string {
	item := old[name]
	if item.by == o && item.text != "" {
		return item.text
	}
	return cmp.Or(item.value, item.text)
}

// call is the shortest picture that says so.
func (old oldMeta) call(o *resolve.Object) (text string, edits []diag.Edit) {
	plain := picturePresets[0]
	for _, preset := range picturePresets {
		var args []string
		for _, name := range pictureArgs {
			is := cmp.Or(preset.args[name], plain.args[name])
			if said := cmp.Or(old.of(name, o), plain.args[name]); said != is {
				args = append(args, name+"="+said)
			}
		}
		called, imports := preset.name, []diag.Edit(nil)
		if preset.name != plain.name {
			called, imports = o.Module.Importing("std.prepare", preset.name)
		}
		if len(args) > 0 {
			called += "(" + strings.Join(args, ", ") + ")"
		}
		if called != "" && called[0] != '(' && (text == "" || len(called) < len(text)) {
			text, edits = called, imports
		}
	}
	return text, edits
}

// oldKeysIn reports the items of a net's text with old keys, all at once, and says what to
// write in their place.
func (m *machine) oldKeysIn(sections []*ast.Meta, o *resolve.Object, old oldMeta, usual [2]int) {
	var items []*ast.Setting
	var keys []string
	var stated *ast.Setting
	for _, item := range itemsOf(sections) {
		if _, isOld := oldKeys[item.Key.Text]; isOld {
			items = append(items, item)
		}
		if item.Key.Text == "prepare" {
			stated = item
		}
	}
	for _, item := range items {
		if !slices.Contains(keys, item.Key.Text) {
			keys = append(keys, item.Key.Text)
		}
	}
	note := old.uncrop(usual)
	text, edits := old.call(o)
	are, key := "are no keys", keys[0]
	if len(keys) == 1 {
		are = "is no key"
	}
	d := diag.New(diag.UnknownMeta, items[0].Key.Span(), "%s %s of meta any more: `prepare` says how pictures are prepared, and `cnnlang check --fix` writes it", diag.Names(keys), are)
	if stated != nil {
		d.WithHelp("leave %s out: `prepare` says it", diag.Names(keys)).At(stated.Key.Span(), "here")
		edits, text = nil, ""
	} else {
		d.WithHelp("write `prepare = %s` in place of `%s`", text, key)
		if len(keys) > 1 {
			d.WithHelp("write `prepare = %s` in their place", text)
		}
		if len(edits) > 0 {
			d.WithNote("`%s` has to be imported: `import std.prepare { %[1]s }`", text[:strings.IndexAny(text+"(", "(")])
		}
		if note != "" {
			d.WithNote("%s", note)
		}
		edits = append(edits, diag.Edit{Span: items[0].Span(), Text: "prepare = " + text})
		items = items[1:]
	}
	edits = append(edits, withoutItems(o.Module.File.Source, sections, items)...)
	m.fail(d.Correct("say it by `prepare`", edits...))
}

// uncrop makes what was resized and cut the same without the cut, which is to the net's
// input now, of this usual size or an unknown one; the note says what that changes.
func (old oldMeta) uncrop(usual [2]int) (note string) {
	crop, stated := old["crop"]
	delete(old, "crop")
	to := min(usual[0], usual[1])
	if to == 0 {
		return ""
	}
	if stated {
		if _, err := fmt.Sscan(crop.value, &to); err != nil || to < 1 {
			return fmt.Sprintf("`crop = %s` goes: what is cut out has the size of the input", crop.text)
		}
	}
	var resize int
	if _, err := fmt.Sscan(old["resize"].value, &resize); err != nil || resize < 1 || usual == [2]int{to, to} {
		return "" // the picture just covered the cut, and so the input; or the cut was that
	}
	was, sides := old["resize"].value, usual
	for axis, side := range usual {
		sides[axis] = max(1, (2*resize*side+to)/(2*to))
	}
	old["resize"] = oldItem{value: sizeText(sides)}
	return fmt.Sprintf("what is cut out has the size of the input, %s: a `resize` of %s for a cut of %d is %s for that", sizeText(usual), was, to, sizeText(sides))
}

// sizeText is a height and a width as `resize` takes them.
func sizeText(size [2]int) string {
	if size[0] == size[1] {
		return strconv.Itoa(size[0])
	}
	return fmt.Sprintf("%dx%d", size[0], size[1])
}

// usualSizeOf is the height and the width of a net's input by default, 0 and 0 where it is
// not known.
func (m *machine) usualSizeOf(o *resolve.Object, b *ast.Block, params *env) (usual [2]int) {
	if b.Sig == nil || params == nil {
		return usual
	}
	return m.usualSize(o, b, params)
}
