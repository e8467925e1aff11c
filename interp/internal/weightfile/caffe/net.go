package caffe

import (
	"fmt"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/wire"
)

// A net is what is read of a NetParameter.
type net struct {
	in     weightfile.Input
	walker *wire.Walker
	layers []*layer
	first  bool // it has layers of the first form
}

// A layer is what is read of a LayerParameter of either form.
type layer struct {
	name, kind    string
	bottoms, tops []string
	blobs         []*blob
	settings      settings
}

// form is which of the two forms the file has.
func (n *net) form() string {
	if n.first {
		return "V1 layers"
	}
	return "V2 layers"
}

func readNet(in weightfile.Input) (*net, error) {
	n := &net{in: in, walker: wire.New(in)}
	err := n.walker.Whole("the net").Walk(func(f wire.Field) error {
		form := second
		switch f.Number {
		case 2:
			form, n.first = first, true
		case 100:
		default:
			return nil
		}
		l, err := n.readLayer(f.Body.Called(fmt.Sprintf("layer %d", len(n.layers))), form)
		n.layers = append(n.layers, l)
		return err
	})
	return n, err
}

// A form says which fields of a layer are read, by their meaning.
type form struct {
	name, kind, bottom, top, blobs                   int
	convolution, innerProduct, pooling, norm, before int
	relu                                             int
}

var (
	first  = form{name: 4, kind: 5, bottom: 2, top: 3, blobs: 6, convolution: 10, innerProduct: 17, pooling: 19, norm: -1, before: 1, relu: 30}
	second = form{name: 1, kind: 2, bottom: 3, top: 4, blobs: 7, convolution: 106, innerProduct: 117, pooling: 121, norm: 139, before: -1, relu: 123}
)

// kinds are the types of layers that matter here, by their numbers in the first form.
var kinds = map[uint64]string{3: "Concat", 4: "Convolution", 6: "Dropout", 14: "InnerProduct", 15: "LRN", 17: "Pooling", 18: "ReLU", 20: "Softmax", 22: "Split", 25: "Eltwise", 39: "Deconvolution"}

func (n *net) readLayer(m wire.Message, form form) (*layer, error) {
	l := &layer{}
	if err := n.walker.Charge(1024); err != nil {
		return nil, err
	}
	err := m.Walk(func(f wire.Field) (err error) {
		switch int(f.Number) {
		case form.name:
			l.name, err = f.Body.Text()
		case form.bottom:
			l.bottoms, err = appendText(l.bottoms, f.Body)
		case form.top:
			l.tops, err = appendText(l.tops, f.Body)
		case form.kind:
			if l.kind = kinds[f.Word]; form == second {
				l.kind, err = f.Body.Text()
			} else if l.kind == "" {
				l.kind = fmt.Sprintf("type %d", f.Word)
			}
		case form.blobs:
			var b *blob
			b, err = n.readBlob(f.Body.Called(fmt.Sprintf("blob %d of %v", len(l.blobs), m)))
			l.blobs = append(l.blobs, b)
		case form.convolution, form.innerProduct, form.pooling, form.norm, form.relu:
			err = l.settings.read(f.Body.Called("the settings of "+m.String()), int(f.Number) == form.innerProduct, int(f.Number) == form.relu)
		case form.before:
			return n.in.Corrupt("", "%v has the form of Caffe before 2014 (V0); convert the file with Caffe's upgrade_net_proto_binary", m)
		}
		return err
	})
	return l, err
}

func appendText(list []string, m wire.Message) ([]string, error) {
	text, err := m.Text()
	return append(list, text), err
}

// plainNames puts _ for / in the layers' names, unless two would then be one, and says so.
func (n *net) plainNames() []string {
	if note := plain(n.layers); note != "" {
		return []string{note}
	}
	return nil
}

func plain(layers []*layer) (note string) {
	plain, changed := map[string]string{}, ""
	for _, l := range layers {
		name := strings.ReplaceAll(l.name, "/", "_")
		if other, ok := plain[name]; ok && other != l.name {
			return fmt.Sprintf("names are left as they are: with _ for / in them %s and %s would be the same", weightfile.Shown(other), weightfile.Shown(l.name))
		}
		plain[name] = l.name
		if name != l.name && changed == "" {
			changed = fmt.Sprintf("/ in names is read as _: %s is %s", weightfile.Shown(l.name), weightfile.Shown(name))
		}
	}
	for _, l := range layers {
		l.name = strings.ReplaceAll(l.name, "/", "_")
	}
	return changed
}

// aboutAll is what is said of layers, of those with an activation behind them too.
func aboutAll(layers []*layer) (all []weightfile.Layer) {
	behind := map[string]*weightfile.Layer{} // what has computed a value last
	for _, l := range layers {
		all = append(all, l.about())
	}
	for i, l := range layers {
		if before := (*weightfile.Layer)(nil); l.kind == "ReLU" && len(l.bottoms) == 1 {
			if before = behind[l.bottoms[0]]; before != nil && before.Activation == "" {
				before.Activation = all[i].Activation
			}
		}
		for _, top := range l.tops {
			if behind[top] = nil; len(l.tops) == 1 {
				behind[top] = &all[i]
			}
		}
	}
	return all
}
