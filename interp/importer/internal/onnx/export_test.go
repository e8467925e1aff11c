package onnx

import (
	"maps"
	"slices"
)

// Operators are the names of those that are known.
func Operators() []string { return slices.Sorted(maps.Keys(operators)) }
