package weights

import "strings"

// leaves are the net's words for what formats call the tensors of a layer.
var leaves = map[string]string{
	"kernel": "weight", "W": "weight", "weights": "weight", "depthwise_kernel": "weight", "depthwise_weights": "weight",
	"pointwise_kernel": "pointwise.weight", "pointwise_weights": "pointwise.weight",
	"b": "bias", "biases": "bias", "gamma": "weight", "beta": "bias",
	"moving_mean": "running_mean", "moving_variance": "running_var", "running_std": "running_var",
}

// Leaf is the net's word for what a format calls a tensor of a layer.
func Leaf(word string) string {
	if own, ok := leaves[word]; ok {
		return own
	}
	return word
}

// others are words that programs have for the tensors of a normalisation, but that may be the names
// of anything else.
var others = map[string]string{"scale": "weight", "offset": "bias", "mean": "running_mean", "var": "running_var", "variance": "running_var"}

// word is Leaf for names that are compared with those of a net, where these words count too.
func word(name string) string {
	if own, ok := others[name]; ok {
		return own
	}
	return Leaf(name)
}

// leafAt is where the tensor's word begins in a name: behind the last dot, or where there is none
// behind an underscore, which may be in the word as well.
func leafAt(name string) int {
	if at := strings.LastIndexByte(name, '.'); at >= 0 {
		return at + 1
	}
	for at := range name {
		if name[at] == '_' {
			word := name[at+1:]
			if leaves[word] != "" || word == "running_mean" || word == "running_var" {
				return at + 1
			}
		}
	}
	return strings.LastIndexByte(name, '_') + 1
}
