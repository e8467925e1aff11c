package elab

import (
	"slices"

	"cnnlang/interp/train/recipe"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A training is one recipe of a net: the values that its text and those of the presets that lead
// to it set.
type training struct {
	name  string
	items map[string]trainItem
}

// A trainItem is the value of a key, and where it is written.
type trainItem struct {
	value any
	expr  ast.Expr
}

// trainings reads the recipes of a net's body, and over them those of the presets that lead to
// it, innermost first: keys of one name replace each other. params are as meta has them.
func (m *machine) trainings(chain []*resolve.Object, params *env) (all []*training) {
	named := map[string]*training{}
	for i := len(chain) - 1; i >= 0; i-- {
		e := &env{module: chain[i].Module, frame: &frame{}}
		if i == len(chain)-1 {
			e.up = params
		}
		reader := trainReader{machine: m, o: chain[i], e: e, seen: map[string]map[string]*ast.Name{}}
		for _, st := range statements(chain[i].Block) {
			if st.Train == nil {
				continue
			}
			name := st.Train.Named()
			if named[name] == nil {
				named[name] = &training{name: name, items: map[string]trainItem{}}
				all = append(all, named[name])
			}
			reader.read(st.Train.Items, named[name])
		}
	}
	return all
}

// A trainReader reads the recipes of one net's own text, or one from outside the program.
type trainReader struct {
	*machine
	o      *resolve.Object // nil outside
	e      *env
	seen   map[string]map[string]*ast.Name // the keys of each recipe
	locals map[string]bool
}

func (r *trainReader) read(items []*ast.Setting, t *training) {
	if r.seen[t.name] == nil {
		r.seen[t.name] = map[string]*ast.Name{}
	}
	for _, item := range items {
		name := item.Key.Text
		key, known := trainKeys[name]
		if !known {
			r.fail(unknownTrain(item.Key))
			continue
		}
		if first := r.seen[t.name][name]; first != nil {
			d := settingTwice(item.Key, first)
			if r.o == nil {
				d.WithHelp("write it once; --epochs, --batch, --seed, --freeze and --views are short for such settings")
			}
			r.fail(d)
			continue
		}
		r.seen[t.name][name] = item.Key
		if v, ok := r.value(item.Key, key, item.Value); ok {
			t.items[name] = trainItem{v, item.Value}
		}
	}
}

// value reads what is written for a key.
func (r *trainReader) value(name *ast.Name, key trainKey, x ast.Expr) (v any, ok bool) {
	forms := resolve.Forms[name.Text]
	switch x := x.(type) {
	case *ast.Cond:
		if len(forms) == 0 {
			break
		}
		v, ok := r.plain(x.If)
		if !ok {
			return nil, false
		}
		yes, isBool := v.(bool)
		if !isBool {
			r.fail(wrongType(x.If.Span(), article("bool"), v))
			return nil, false
		}
		if yes {
			return r.value(name, key, x.Then)
		}
		return r.value(name, key, x.Else)
	case *ast.List:
		switch {
		case key.several:
			return r.forms(name, key, x)
		case len(forms) > 0:
			r.fail(noForm(name, key, x, "a list"))
			return nil, false
		}
	case *ast.Ref:
		if len(x.Path) > 1 || !slices.Contains(forms, x.Path[0].Text) {
			break
		}
		f, ok := r.form(x)
		if ok && key.several {
			r.fail(formAlone(name, x))
			return nil, false
		}
		return f, ok
	}
	got, ok := r.plain(x)
	if !ok {
		return nil, false
	}
	if key.only {
		r.fail(noForm(name, key, x, gotOf(got)))
		return nil, false
	}
	v, code := key.takes.read(got)
	if code != "" {
		r.fail(wrongTrain(code, name, key.takes, x, got))
		return nil, false
	}
	return v, true
}

// forms reads a list of forms.
func (r *trainReader) forms(name *ast.Name, key trainKey, list *ast.List) (all []formValue, ok bool) {
	key.several, ok = false, true
	all = make([]formValue, 0, len(list.Items))
	for _, x := range list.Items {
		v, good := r.value(name, key, x)
		if ok = ok && good; good {
			all = append(all, v.(formValue))
		}
	}
	return all, ok
}

// plain is the value of an expression without forms. What has none in every net, as it uses a
// parameter that is not known here, is passed over.
func (r *trainReader) plain(x ast.Expr) (v Value, ok bool) {
	if r.o != nil {
		if r.locals == nil {
			r.locals = localsOf(r.o)
		}
		if name := withoutValue(x, r.locals, r.e); name != nil {
			if find(parameters(r.o), name.Text) == nil {
				r.fail(unknownInTrain(name))
			}
			return nil, false
		}
	}
	if v, ok = r.eval(x, r.e); !ok {
		return nil, false
	}
	if text, found := r.unprintableIn(v); found {
		r.fail(unprintable(x.Span(), "this", text))
		return nil, false
	}
	return v, true
}

// form reads a form with its arguments.
func (r *trainReader) form(x *ast.Ref) (f formValue, ok bool) {
	f = formValue{name: x.Path[0].Text, args: map[string]any{}, spans: map[string]source.Span{}, at: x.Span()}
	if ok = r.step(f.at); !ok {
		return f, false
	}
	takes, next := trainForms[f.name], 0
	for _, a := range x.Args.All() {
		at := next
		if a.Name != nil {
			at = slices.IndexFunc(takes, func(s setting) bool { return s.name == a.Name.Text })
		} else {
			for at < len(takes) && f.has(takes[at].name) {
				at++
			}
			next = at + 1
		}
		var d *diag.Diagnostic
		switch {
		case at < 0:
			d = unknownInForm(f.name, a.Name, takes)
		case at >= len(takes):
			d = tooManyInForm(f.name, a, takes)
		case f.has(takes[at].name):
			d = argumentTwice(a.Span(), takes[at].name, f.spans[takes[at].name])
		}
		if d != nil {
			r.fail(d)
			return f, false
		}
		s := takes[at]
		f.spans[s.name] = a.Value.Span()
		got, good := r.plain(a.Value)
		if ok = ok && good; !good {
			continue
		}
		v, code := s.read(got)
		if code != "" {
			r.fail(wrongInForm(code, f.name, s, a.Value, got))
			ok = false
			continue
		}
		f.args[s.name] = v
	}
	return f.withDefaults(), r.complete(f, x) && ok
}

func (f formValue) has(name string) bool {
	_, given := f.spans[name]
	return given
}

// complete reports arguments that are missing, or do not go together.
func (r *trainReader) complete(f formValue, x *ast.Ref) (ok bool) {
	for _, s := range trainForms[f.name] {
		if s.standard == nil && !f.has(s.name) {
			r.fail(missingInForm(f, s, x))
			return false
		}
	}
	switch momentum, given := f.args["momentum"].(float64); {
	case f.name == "step" && f.has("every") == f.has("at"):
		r.fail(stepsOfSchedule(f))
	case f.name == "sgd" && f.flag("nesterov") && (given && momentum == 0 || f.number("dampening") != 0):
		r.fail(nesterovWithout(f))
	default:
		return true
	}
	return false
}

// recipe is the recipe of a training, over what holds without it.
func (t *training) recipe(over recipe.Recipe) recipe.Recipe {
	over.Name = t.name
	for name, item := range t.items {
		trainKeys[name].set(&over, item.value)
	}
	return over
}
