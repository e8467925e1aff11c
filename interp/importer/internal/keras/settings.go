package keras

import (
	"encoding/json"
	"slices"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile/topology"
	"cnnlang/ops/dim"
)

// What layers say of themselves, as JSON. A setting that is null is not there.

// setting is the first of these that is there.
func setting(s topology.Settings, keys ...string) json.RawMessage {
	for _, key := range keys {
		if raw := s[key]; raw != nil && string(raw) != "null" {
			return raw
		}
	}
	return nil
}

// raw is a setting as it is written, for messages.
func raw(s topology.Settings, keys ...string) string {
	if raw := setting(s, keys...); raw != nil {
		const most = 80
		return string(raw[:min(len(raw), most)])
	}
	return "not said"
}

// text is a setting that is a text.
func text(s topology.Settings, keys ...string) (string, bool) {
	var word string
	raw := setting(s, keys...)
	return word, raw != nil && json.Unmarshal(raw, &word) == nil
}

// flag is a setting that is true or false, with what it is where it is not said.
func flag(s topology.Settings, key string, otherwise bool) (bool, error) {
	raw := setting(s, key)
	if raw == nil {
		return otherwise, nil
	}
	if err := json.Unmarshal(raw, &otherwise); err != nil {
		return false, unreadable(s, key)
	}
	return otherwise, nil
}

func unreadable(s topology.Settings, keys ...string) error {
	return refuse("the form in which Keras writes it can be", "its %s is %s", keys[0], raw(s, keys...))
}

// number is a setting that is a number.
func number(s topology.Settings, otherwise dim.Size, keys ...string) (dim.Size, error) {
	raw := setting(s, keys...)
	if raw == nil {
		return otherwise, nil
	}
	var x float64
	if json.Unmarshal(raw, &x) != nil {
		return dim.Size{}, unreadable(s, keys...)
	}
	if narrow := float32(x); float64(narrow) == x { // as Keras writes the numbers of NumPy: 0.30000001192092896
		if n, ok := flat.Float(narrow); ok {
			return n, nil
		}
	}
	if n, ok := flat.Number(string(raw)); ok {
		return n, nil
	}
	return dim.Size{}, unreadable(s, keys...)
}

// whole is a setting that is a whole number, at least 1.
func whole(s topology.Settings, otherwise int, keys ...string) (int, error) {
	n, err := number(s, dim.Int(otherwise), keys...)
	if err != nil {
		return 0, err
	}
	if i, ok := n.Int(); ok && i >= 1 && i <= most {
		return i, nil
	}
	return 0, unreadable(s, keys...)
}

// most is beyond all sizes that a network can have.
const most = 1<<31 - 1

// pair is a setting that is a number or two: along the height and the width.
func pair(s topology.Settings, otherwise int, keys ...string) ([2]int, error) {
	raw := setting(s, keys...)
	if raw == nil {
		return [2]int{otherwise, otherwise}, nil
	}
	var one int
	var two []int
	if json.Unmarshal(raw, &one) == nil {
		two = []int{one, one}
	} else if json.Unmarshal(raw, &two) != nil {
		two = nil
	}
	if len(two) != 2 || slices.Min(two) < 0 || slices.Max(two) > most {
		return [2]int{}, unreadable(s, keys...)
	}
	return [2]int(two), nil
}

// sizesOf is a setting that is a list of sizes, in which what is open is 0.
func sizesOf(s topology.Settings, keys ...string) ([]int, bool) {
	var list []*int
	if json.Unmarshal(setting(s, keys...), &list) != nil {
		return nil, false
	}
	sizes := make([]int, len(list))
	for i, n := range list {
		if n != nil && *n > 0 && *n <= most {
			sizes[i] = *n
		}
	}
	return sizes, true
}

// pairOf is two sizes as the operations have them.
func pairOf(p [2]int) dim.Pair { return dim.Pair{H: dim.Int(p[0]), W: dim.Int(p[1])} }
