package interp

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"cnnlang/nets"
)

// An elsewhere is what another's name for a net of the library means.
type elsewhere struct {
	net string
	// publisher and nth are of the file in the net's meta that has the same numbers: the nth of
	// that publisher, from 0, -1 for the last; "" if the name says nothing of weights.
	publisher string
	nth       int
	// differs says what is otherwise, so that the name only suggests the net.
	differs string
}

// elsewhereTable is nets.Elsewhere by name.
var elsewhereTable = sync.OnceValue(func() map[string]elsewhere {
	table := map[string]elsewhere{}
	for line := range strings.Lines(nets.Elsewhere) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		e := elsewhere{net: fields[1]}
		switch fields[2] {
		case "-":
			e.differs = strings.Join(fields[3:], " ")
		case "=":
		default:
			e.publisher = fields[2]
		}
		table[fields[0]] = e
	}
	return table
})

// prefixes are what others put before a name.
var prefixes = []string{"hf_hub:", "hf-hub:", "timm/", "timm.", "torchvision.models.segmentation.", "torchvision.models.detection.", "torchvision.models.", "torchvision/", "tf.keras.applications.", "keras.applications.", "keras/"}

// fromElsewhere finds what a name of timm, torchvision, Keras or Hugging Face means.
func fromElsewhere(name string) (elsewhere, bool) {
	for _, prefix := range prefixes {
		name = strings.TrimPrefix(name, prefix)
	}
	if e, ok := elsewhereTable()[name]; ok {
		return e, true
	}
	if e, ok := ofTorchvision(name); ok && torchvisions(e.net) > 0 {
		return e, true
	}
	if catalogue()[name] != "" {
		return elsewhere{net: name}, true
	}
	base, tag, tagged := strings.Cut(name, ".")
	for _, old := range []string{"tv_", "gluon_"} { // as timm wrote before it had tags
		if rest, ok := strings.CutPrefix(base, old); ok && !tagged {
			base, tag, tagged = rest, old+"in1k", true
		}
	}
	e, known := elsewhereTable()[base]
	if catalogue()[base] != "" {
		e, known = elsewhere{net: base}, true
	}
	if !known || !tagged || tag == "" {
		return elsewhere{}, false
	}
	if versions := map[string]int{"tv_in1k": 0, "tv2_in1k": 1}; e.differs == "" {
		if nth, ok := versions[tag]; ok && torchvisions(e.net) > nth {
			return elsewhere{net: e.net, publisher: torchvisionName, nth: nth}, true
		}
		e.differs = fmt.Sprintf("the same net, and the weights %s are not among those that it lists: a file of them may fit", tag)
	}
	return e, true
}

// torchvisionName is what std.weights calls it.
const torchvisionName = "torchvision"

// ofTorchvision is for ResNet50_Weights.IMAGENET1K_V2 and the like, and ResNet50_Weights.DEFAULT.
func ofTorchvision(name string) (e elsewhere, ok bool) {
	model, version, ok := strings.Cut(name, "_Weights")
	if !ok {
		return e, false
	}
	nth, known := map[string]int{"": -1, ".DEFAULT": -1, ".IMAGENET1K_V1": 0, ".IMAGENET1K_V2": 1, ".COCO_V1": 0, ".COCO_WITH_VOC_LABELS_V1": 0}[version]
	plain := func(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "") }
	for _, same := range []func(net string) bool{
		func(net string) bool { return strings.EqualFold(net, model) },
		func(net string) bool { return plain(net) == plain(model) }, // less exact: regnet_x_1_6gf and regnet_x_16gf
	} {
		for _, net := range Library() {
			if known && same(net) && torchvisions(net) > nth {
				return elsewhere{net: net, publisher: torchvisionName, nth: nth}, true
			}
		}
	}
	return e, false
}

// torchvisions is how many files of a net torchvision publishes.
func torchvisions(net string) int { return len(filesOf(net, torchvisionName)) }

// filesOf are a publisher's files of a library net, in the order of its meta.
func filesOf(net, publisher string) (files []Checkpoint) {
	p, err := load(nets.FS, catalogue()[net], "nets/", net, std)
	if err != nil {
		return nil
	}
	n, err := p.Net(Options{})
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(n.Meta.Weights), func(c Checkpoint) bool { return c.Publisher != publisher })
}

// file is the one that the name means.
func (e elsewhere) file() (Checkpoint, bool) {
	files := filesOf(e.net, e.publisher)
	switch {
	case e.publisher == "" || len(files) <= e.nth:
		return Checkpoint{}, false
	case e.nth < 0:
		return files[len(files)-1], true
	}
	return files[e.nth], true
}
