package onnx

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"

	stored "cnnlang/interp/internal/weightfile/onnx"
	"cnnlang/ops"
)

// roles are the last parts of names that say what a tensor is to its layer, and are the operation's
// own here.
var roles = map[string]bool{"weight": true, "bias": true, "gamma": true, "beta": true, "scale": true, "shift": true, "kernel": true,
	"running_mean": true, "running_var": true, "mean": true, "var": true, "moving_mean": true, "moving_variance": true, "variance": true, "weights": true, "biases": true,
	"w": true, "b": true, "B": true, "W": true, "depthwise_kernel": true, "pointwise_kernel": true, "alpha": true, "slope": true}

// path is what the file calls the layer whose tensors a step has: the name of one of them without
// its role; or if an exporter made all of them, or made one of several that are equal, the scope of the node.
func (t *tracer) path(s *step) string {
	if len(s.params) == 0 {
		return ""
	}
	if t.m.producer == own {
		return ownPath(s)
	}
	_, whole := s.op.(*ops.Learned) // whose tensor is called by the step alone
	shared := ""
	for _, w := range s.params {
		switch path := layerOf(w.name, whole); {
		case path != "" && t.readers[w.name] == 1:
			return path
		case shared == "":
			shared = path
		}
	}
	path, _ := s.node.scope()
	return cmp.Or(path, shared)
}

// ownPath is the path in the names that this program gives tensors, which end in the operation's own.
func ownPath(s *step) string {
	for i, p := range s.op.(ops.Op).Params(s.dims()) {
		if path, ok := strings.CutSuffix(s.params[i].name, "."+p.Leaf); ok || p.Leaf == "" {
			return cmp.Or(path, s.params[i].name)
		}
	}
	return ""
}

// layerOf is the path in a tensor's name; whole keeps its last part. It is "" for names that an
// exporter made.
func layerOf(name string, whole bool) string {
	if name == "" || strings.HasPrefix(name, "onnx::") || strings.HasPrefix(name, "/") {
		return ""
	}
	name = device.ReplaceAllString(strings.TrimSuffix(strings.TrimSuffix(name, ":0"), "/read"), "")
	parts := segments(name)
	if last := len(parts) - 1; !whole && last > 0 && roles[parts[last]] {
		parts = parts[:last]
	} else if !whole && last >= 0 {
		parts[last] = withoutRole(parts[last])
	}
	for _, part := range parts {
		if strings.Trim(part, "0123456789") != "" {
			return strings.Join(parts, ".")
		}
	}
	return "" // made of numbers alone
}

// withoutRole is a name without the longest role behind it, as of conv1_w and bn_running_mean.
func withoutRole(name string) string {
	for at := range name {
		if at > 0 && name[at] == '_' && (roles[name[at+1:]] || caffe2Roles[name[at+1:]]) {
			return name[:at]
		}
	}
	return name
}

// caffe2Roles are those of Caffe2, with the version of the value that its exporter puts behind a name: weight and bias,
// and of a norm scale, mean and variance.
var caffe2Roles = map[string]bool{"w_0": true, "b_0": true, "s_0": true, "rm_0": true, "riv_0": true}

// device is where Caffe2 puts a tensor, which it has before the name.
var device = regexp.MustCompile(`^[cg]pu_[0-9]+/`)

// segments are the parts of a path, which tensors have with dots and TensorFlow's with slashes,
// without what labels cannot hold.
func segments(name string) (list []string) {
	apart := func(r rune) bool { return r == '.' || r == '/' || r == ':' }
	for _, part := range strings.FieldsFunc(name, apart) {
		if part = cleaned(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// cleaned is a name without what labels cannot hold.
func cleaned(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar || strings.ContainsRune(`"{}\.`, r) {
			return -1
		}
		return r
	}, name)
}

// scope is the path of the module that the node belongs to, and the module's class, as PyTorch's
// exporters say them: in the node's name, as in /layer1/layer1.0/conv1/Conv, or since the one by
// dynamo in texts that the node carries.
func (n *node) scope() (path, class string) {
	if scopes := listed(n.properties["pkg.torch.onnx.name_scopes"]); len(scopes) > 1 {
		classes := listed(n.properties["pkg.torch.onnx.class_hierarchy"])
		if at := len(scopes) - 2; at < len(classes) {
			class = classes[at][strings.LastIndexByte(classes[at], '.')+1:]
		}
		return strings.Join(segments(scopes[len(scopes)-2]), "."), class
	}
	return strings.Join(segments(stored.ModulePath(n.name)), "."), ""
}

// listed are the strings of a list as Python prints it.
func listed(text string) (list []string) {
	for _, part := range strings.Split(strings.Trim(text, "[]"), ",") {
		list = append(list, strings.Trim(part, ` '"`))
	}
	return list
}
