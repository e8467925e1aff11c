package blocks

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// whole is a value as a whole number, a square pair as its side.
func whole(v any) (n int, ok bool) {
	switch v := v.(type) {
	case dim.Size:
		return v.Int()
	case dim.Pair:
		n, ok = v.H.Int()
		return n, ok && v.H == v.W
	case int:
		return v, true
	}
	return 0, false
}

// same reports whether two values are the same.
func same(a, b any) bool {
	x, ok1 := a.([]dim.Size)
	y, ok2 := b.([]dim.Size)
	if ok1 || ok2 {
		return ok1 && ok2 && slices.Equal(x, y)
	}
	return a == b
}

// isHalf reports whether a padding is half of a kernel of odd sides.
func isHalf(k, pad any) bool {
	p, ok := pad.(ops.Padding)
	if !ok {
		return false
	}
	if p.Mode == ops.Half {
		return true
	}
	pair, ok := k.(dim.Pair)
	if n, square := whole(k); !ok && square {
		pair, ok = dim.Square(dim.Int(n)), true
	}
	if !ok || p.Mode != ops.Explicit {
		return false
	}
	half := func(before, after, k dim.Size) bool {
		n, ok := k.Int()
		return ok && n%2 == 1 && before == dim.Int(n/2) && after == before
	}
	return half(p.Top, p.Bottom, pair.H) && half(p.Left, p.Right, pair.W)
}

// isNone reports whether a padding is none.
func isNone(v any) bool {
	p, ok := v.(ops.Padding)
	return ok && (p.Mode == ops.Valid || p.Written() == "0")
}

// A role is what a number is: only those of one role are said in terms of each other.
type role string

const (
	width   role = "c" // channels, and groups of them
	kernel  role = "k"
	stride  role = "stride"
	padding role = "pad"
	times   role = "n"
	factor  role = "t" // of channels
	called  role = "name"
)

// roleOf is the role of an argument.
func roleOf(s *step, name string) role {
	if s.block != nil {
		for _, p := range s.block.params {
			if p.name == name {
				return p.role
			}
		}
	}
	switch name {
	case "out", "groups", "from", "to":
		return width
	case "k":
		return kernel
	case "stride", "pad":
		return role(name)
	}
	return role(name)
}
