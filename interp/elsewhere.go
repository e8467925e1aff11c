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
	// publisher and file are of the entry in the net's meta that has the same numbers: that
	// publisher's first where file is "". Without a publisher the name says nothing of weights.
	publisher, file string
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
	if e, ok := ofTorchvision(name); ok {
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
		if nth, ok := versions[tag]; ok {
			if own, ok := torchvisions(e.net, false, nth); ok {
				return own, true
			}
		}
		e.differs = fmt.Sprintf("the same net, and the weights %s are not among those that it lists: a file of them may fit", tag)
	}
	return e, true
}

// torchvisionName is what std.weights calls it.
const torchvisionName = "torchvision"

// ofEnum finds the file that a member of one of torchvision's enums of weights stands for, of
// the net that is called as the enum.
func ofEnum(net, member string) (elsewhere, bool) {
	switch member {
	case ".IMAGENET1K_V1", ".COCO_V1", ".COCO_WITH_VOC_LABELS_V1":
		return torchvisions(net, false, 0)
	case ".IMAGENET1K_V2":
		return torchvisions(net, false, 1)
	case ".IMAGENET1K_SWAG_LINEAR_V1":
		return torchvisions(net, true, 0)
	case ".IMAGENET1K_SWAG_E2E_V1": // trained to the end on larger pictures, and so of another net
		return torchvisions(net+"_swag", true, 0)
	case "", ".DEFAULT": // the last of torchvision's own, or SWAG's where there is none
		if e, ok := torchvisions(net, false, -1); ok {
			return e, true
		}
		return torchvisions(net+"_swag", true, 0)
	}
	return elsewhere{}, false
}

// ofTorchvision is for ResNet50_Weights.IMAGENET1K_V2 and the like, and ResNet50_Weights.DEFAULT.
func ofTorchvision(name string) (elsewhere, bool) {
	model, member, ok := strings.Cut(name, "_Weights")
	if !ok {
		return elsewhere{}, false
	}
	plain := func(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "") }
	for _, same := range []func(net string) bool{
		func(net string) bool { return strings.EqualFold(net, model) },
		func(net string) bool { return plain(net) == plain(model) }, // less exact: regnet_x_1_6gf and regnet_x_16gf
	} {
		for _, net := range Library() {
			if same(net) {
				if e, ok := ofEnum(net, member); ok {
					return e, true
				}
			}
		}
	}
	return elsewhere{}, false
}

// torchvisions finds the nth file, from 0, that torchvision publishes for a net, -1 for the
// last: of those that SWAG trained, or of the others.
func torchvisions(net string, swag bool, nth int) (elsewhere, bool) {
	files := slices.DeleteFunc(slices.Clone(filesOf(net, torchvisionName)), func(c Checkpoint) bool {
		return strings.Contains(c.File, "_swag-") != swag
	})
	if nth < 0 {
		nth = len(files) - 1
	}
	if nth < 0 || nth >= len(files) {
		return elsewhere{}, false
	}
	return elsewhere{net: net, publisher: torchvisionName, file: files[nth].File}, true
}

// listed are the files that nets of the library list, by the net: a name is looked up more than
// once, and a large net takes long to make.
var listed sync.Map

// filesOf are a publisher's files of a library net, in the order of its meta.
func filesOf(net, publisher string) (files []Checkpoint) {
	all, known := listed.Load(net)
	if !known {
		all = metaFiles(net)
		listed.Store(net, all)
	}
	for _, c := range all.([]Checkpoint) {
		if c.Publisher == publisher {
			files = append(files, c)
		}
	}
	return files
}

// metaFiles are the files that a net of the library lists, none if there is no such net.
func metaFiles(net string) []Checkpoint {
	if catalogue()[net] == "" {
		return nil
	}
	p, err := load(nets.FS, catalogue()[net], "nets/", net, std)
	if err != nil {
		return nil
	}
	n, err := p.Net(Options{})
	if err != nil {
		return nil
	}
	return n.Meta.Weights
}

// listedFile is the one that the name means.
func (e elsewhere) listedFile() (Checkpoint, bool) {
	for _, c := range filesOf(e.net, e.publisher) {
		if e.publisher != "" && (e.file == "" || e.file == c.File) {
			return c, true
		}
	}
	return Checkpoint{}, false
}
