package weights

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weightfile"
)

// A file may hold more than a network needs. What cannot change what the network computes is
// passed over: counters and other integers, and modules beside those of the network, such as
// another head, a decoder or a loss. It is refused where it looks like a part of another network:
//
//	layer3.6.conv1.weight   within a module that the network has too
//	conv6.weight            numbered like one of the network's, which has conv5
//	bn1.weight, bn1.bias    no more than scales and biases, as of a normalisation
//	attn.qkv.weight         between tensors of the network, where the file's order shows it
//	ema.conv1.weight        the network's names once more
//
// A surplus is the tensors of one such module.
type surplus struct {
	module  string // up to its first segment that the network does not have
	entries []Entry
	why     string // the file is refused, or ""
	within  bool   // a step that the network has, with other tensors
}

// A known is what a network calls its tensors and modules.
type known struct {
	names   map[string]bool // of tensors
	modules map[string]bool // with their tensors, "" for the network
	steps   map[string]bool // modules that have tensors of their own
	alike   map[string]string
	root    string // the module that has all others
}

func knownOf(required, optional []graph.Param) *known {
	k := &known{map[string]bool{}, map[string]bool{"": true}, map[string]bool{}, map[string]string{}, ""}
	for i, p := range slices.Concat(required, optional) {
		k.names[p.Path] = true
		step := parentOf(p.Path)
		k.steps[step] = true
		for path := p.Path; path != ""; path = parentOf(path) {
			k.modules[path] = true
			k.alike[numberless(path)] = path
		}
		around := parentOf(step)
		if i == 0 {
			k.root = around
		}
		for k.root != "" && around != k.root && !strings.HasPrefix(around, k.root+".") && !strings.HasPrefix(around, k.root+"/") {
			k.root = parentOf(k.root)
		}
	}
	return k
}

// parentOf is a path without its last segment.
func parentOf(path string) string { return path[:max(0, strings.LastIndexAny(path, "./"))] }

var digits = regexp.MustCompile(`[0-9]+`)

// numberless is a path with # for the numbers of its last segment.
func numberless(path string) string {
	parent := parentOf(path)
	return parent + digits.ReplaceAllString(path[len(parent):], "#")
}

// surpluses divides the tensors that a network does not have among modules.
func surpluses(required, optional []graph.Param, entries []Entry) []*surplus {
	k := knownOf(required, optional)
	var all []*surplus
	at := map[string]*surplus{}
	for _, e := range entries {
		if k.names[e.Name] || IsCounter(e.Name) {
			continue
		}
		module := k.beside(e.Name)
		if isInert(e) {
			module = "" // of all modules together
		}
		s := at[module]
		if s == nil {
			s = &surplus{module: module}
			at[module] = s
			all = append(all, s)
		}
		s.entries = append(s.entries, e)
	}
	if len(all) == 0 {
		return nil
	}
	between := amid(required, entries)
	for _, s := range all {
		if s.module != "" {
			k.judge(s, len(required), between)
		}
	}
	return all
}

// beside is a name up to its first segment that the network does not have.
func (k *known) beside(name string) string {
	for at := range len(name) {
		if (name[at] == '.' || name[at] == '/') && !k.modules[name[:at]] {
			return name[:at]
		}
	}
	return name
}

// judge says why a file with a surplus is refused.
func (k *known) judge(s *surplus, required int, between map[string]bool) {
	parent := parentOf(s.module)
	again, wide := 0, false
	for _, e := range s.entries {
		if rest := strings.TrimPrefix(e.Name, s.module); rest != "" && k.names[rest[1:]] {
			again++
		}
		axes := 0
		for _, size := range e.Shape {
			if size > 1 {
				axes++
			}
		}
		wide = wide || axes > 1
	}
	inside := parent != k.root && !strings.HasPrefix(k.root, parent+".") && parent != ""
	other, numbered := k.alike[numberless(s.module)]
	switch shown := weightfile.Shown(s.module); {
	case again == required:
		s.why = fmt.Sprintf("behind %s. stand the net's names once more", shown)
	case k.steps[parent] && parent != k.root:
		s.within = true
		s.why = fmt.Sprintf("%s is a step of the net that has no %s", weightfile.Shown(parent), weightfile.Shown(strings.TrimLeft(s.module[len(parent):], "./")))
	case inside:
		s.why = fmt.Sprintf("%s is within %s, which the net has without it", shown, weightfile.Shown(parent))
	case numbered:
		s.why = fmt.Sprintf("%s is called like %s of the net, up to its number", shown, weightfile.Shown(other))
	case !wide:
		s.why = fmt.Sprintf("%s has only scales or biases, as of a normalisation that the net lacks", shown)
	case between[s.entries[0].Name]:
		s.why = fmt.Sprintf("%s stands between tensors of the net", shown)
	}
}

// amid are the tensors between the first and the last of those that a network requires, if the
// order is not just the alphabet's.
func amid(required []graph.Param, entries []Entry) map[string]bool {
	needed := map[string]bool{}
	for _, p := range required {
		needed[p.Path] = true
	}
	first, last, ordered := -1, -1, false
	for i, e := range entries {
		ordered = ordered || i > 0 && e.DType == entries[i-1].DType && sorted(e.Name, entries[i-1].Name)
		if needed[e.Name] {
			if last = i; first < 0 {
				first = i
			}
		}
	}
	between := map[string]bool{}
	if ordered && first >= 0 {
		for _, e := range entries[first:last] {
			between[e.Name] = !needed[e.Name]
		}
	}
	return between
}

// isInert reports whether a tensor that a network does not have means nothing to any: what counts
// operations, and what is no float.
func isInert(e Entry) bool {
	leaf := e.Name[len(parentOf(e.Name)):]
	return strings.HasSuffix(leaf, "total_ops") || strings.HasSuffix(leaf, "total_params") || dtypes[e.DType].decode == nil
}

// leaveOut is the text of --rename that passes a surplus over.
func (s *surplus) leaveOut() string {
	name := strings.NewReplacer("{", `\{`, "}", `\}`).Replace(s.module)
	if s.entries[0].Name == s.module {
		return name + "="
	}
	return name + s.entries[0].Name[len(s.module):len(s.module)+1] + "{x:path}="
}

// mostLeftOut is how many modules are offered to be left out one by one.
const mostLeftOut = 4

// leaveOut is what to do about tensors that the network does not have, if nothing else differs.
func (e *FitError) leaveOut() string {
	if e.Differences() != len(e.Unexpected) || len(e.refused) == 0 || len(e.refused) > mostLeftOut {
		return ""
	}
	var flags, modules []string
	for _, s := range e.refused {
		step, leaf := parentOf(s.module), strings.TrimLeft(s.module[len(parentOf(s.module)):], "./")
		switch {
		case s.within && len(e.refused) == 1 && leaf == "bias":
			return fmt.Sprintf("write bias=true at %s, if that is the net that was trained", weightfile.Shown(step))
		case s.within, strings.Contains(s.module, "'"), weightfile.Shown(s.module) != s.module:
			return "" // the step computes something else, or it is no name to type
		}
		flags, modules = append(flags, "--rename '"+s.leaveOut()+"'"), append(modules, weightfile.Shown(s.module))
	}
	them := "it"
	if len(modules) > 1 {
		them = "them"
	}
	return fmt.Sprintf("if the net computes without %s what it was trained to, leave %s out: add %s", Listed(modules), them, strings.Join(flags, " "))
}

// PassedOver names tensors that are not read, many by their modules.
func PassedOver(over []Entry) string {
	const most = 5
	var names []string
	counts := map[string]int{}
	for _, e := range over {
		name := e.Name
		if at := strings.IndexAny(name, "./"); len(over) > most && isInert(e) {
			name = "called " + name[strings.LastIndexAny(name, "./")+1:]
		} else if len(over) > most && at >= 0 {
			name = "in " + name[:at]
		}
		if counts[name]++; counts[name] == 1 {
			names = append(names, name)
		}
	}
	for i, name := range names {
		word, rest, grouped := strings.Cut(name, " ")
		if names[i] = weightfile.Shown(name); grouped && (word == "in" || word == "called") {
			names[i] = fmt.Sprintf("%d %s %s", counts[name], word, weightfile.Shown(rest))
		}
	}
	what := "1 other tensor"
	if len(over) != 1 {
		what = fmt.Sprintf("%d other tensors", len(over))
	}
	return fmt.Sprintf("passed over %s: %s", what, Listed(names))
}

// Listed is the first few names of a list.
func Listed(names []string) string {
	const most = 4
	if len(names) > most+1 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}
