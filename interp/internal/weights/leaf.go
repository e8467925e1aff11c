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
