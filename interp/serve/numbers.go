package serve

import (
	"encoding/binary"
	"math"
	"strconv"
)

// numbers reads the data of a tensor from JSON: an array of numbers in row-major order, or arrays within each other
// as the shape has them. The JSON is valid.
func numbers(name string, data []byte, shape []int64, want int) ([]float32, error) {
	list := make([]float32, 0, want)
	depth, deepest := 0, 0
	var counts [maxAxes]int64 // of what the open arrays hold so far
	item := func() {
		if depth > 0 {
			counts[depth-1]++
		}
	}
	for i := 0; i < len(data); {
		switch c := data[i]; c {
		case ' ', '\t', '\r', '\n', ',':
			i++
		case '[':
			if item(); depth == len(shape) || depth == maxAxes {
				return nil, invalid("the data of the input %q has arrays within each other deeper than its shape %v", name, shape)
			}
			counts[depth] = 0
			depth++
			deepest = max(deepest, depth)
			i++
		case ']':
			depth--
			if n := counts[depth]; deepest > 1 && n != shape[depth] {
				return nil, invalid("the data of the input %q has an array of %d where its shape %v has %d", name, n, shape, shape[depth])
			}
			i++
		default:
			end := i
			for end < len(data) && data[end] != ',' && data[end] != ']' && data[end] > ' ' {
				end++
			}
			x, err := strconv.ParseFloat(string(data[i:end]), 32)
			if err != nil && !math.IsInf(x, 0) || depth == 0 {
				return nil, invalid("the data of the input %q has %.40s where a number is wanted", name, data[i:end])
			}
			if math.IsInf(x, 0) {
				return nil, invalid("the data of the input %q has %.40s, which is beyond float32", name, data[i:end])
			}
			if item(); deepest > 1 && depth != len(shape) {
				return nil, invalid("the data of the input %q has a number where its shape %v has an array", name, shape)
			}
			if len(list) == want {
				return nil, invalid("the data of the input %q has more than the %d numbers of its shape %v", name, want, shape)
			}
			list = append(list, float32(x))
			i = end
		}
	}
	if len(list) != want {
		return nil, invalid("the data of the input %q has %d numbers, want the %d of its shape %v", name, len(list), want, shape)
	}
	return list, nil
}

// maxAxes is how many axes a tensor of the protocol may have.
const maxAxes = 16

// floats are numbers in the protocol's binary form, little-endian.
func floats(data []byte) []float32 {
	list := make([]float32, len(data)/4)
	for i := range list {
		list[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return list
}

// appendFloats is its reverse.
func appendFloats(to []byte, list []float32) []byte {
	for _, x := range list {
		to = binary.LittleEndian.AppendUint32(to, math.Float32bits(x))
	}
	return to
}

// appendNumbers writes numbers as an array of JSON: the shortest texts that are the same float32. What JSON has no
// number for is null.
func appendNumbers(to []byte, list []float32) []byte {
	to = append(to, '[')
	for i, x := range list {
		if i > 0 {
			to = append(to, ',')
		}
		if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
			to = append(to, "null"...)
		} else {
			to = strconv.AppendFloat(to, f, 'g', -1, 32)
		}
	}
	return append(to, ']')
}

// elements is how many numbers a shape has, up to a limit.
func elements(shape []int64, most int64) (n int64, ok bool) {
	n = 1
	for _, size := range shape {
		if size < 0 || size > 0 && n > most/size {
			return 0, false
		}
		n *= size
	}
	return n, true
}
