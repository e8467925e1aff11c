package dim_test

import (
	"fmt"
	"math/big"
	"strings"
	"unicode"
)

// evaluate computes an expression in the language's notation over math/big: a
// minus binds tighter than **, which binds tighter than * / // %, which bind
// from the left. The value is nil where it divides by 0.
func evaluate(text string, at map[string]int64) (value *big.Rat, err error) {
	e := &evaluator{rest: text, at: at}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = r
		case zeroDivision:
			value = nil
		default:
			panic(r)
		}
	}()
	value = e.sum()
	if strings.TrimSpace(e.rest) != "" {
		return nil, fmt.Errorf("left over: %q", e.rest)
	}
	return value, nil
}

type zeroDivision struct{}

type evaluator struct {
	rest string
	at   map[string]int64
}

// take takes one of the operators off the text.
func (e *evaluator) take(operators ...string) (string, bool) {
	e.rest = strings.TrimLeft(e.rest, " ")
	for _, op := range operators {
		if rest, ok := strings.CutPrefix(e.rest, op); ok {
			e.rest = rest
			return op, true
		}
	}
	return "", false
}

func (e *evaluator) sum() *big.Rat {
	v := e.product()
	for {
		op, ok := e.take("+", "-")
		if !ok {
			return v
		}
		v = apply(op, v, e.product())
	}
}

func (e *evaluator) product() *big.Rat {
	v := e.power()
	for {
		op, ok := e.take("*", "//", "/", "%")
		if !ok {
			return v
		}
		if v = apply(op, v, e.power()); v == nil {
			panic(zeroDivision{})
		}
	}
}

func (e *evaluator) power() *big.Rat {
	v := e.unary()
	if _, ok := e.take("**"); ok {
		n := e.power()
		if !n.IsInt() {
			panic(fmt.Errorf("the power %s", n.RatString()))
		}
		return powRat(v, n.Num().Int64())
	}
	return v
}

func (e *evaluator) unary() *big.Rat {
	if _, ok := e.take("-"); ok {
		return new(big.Rat).Neg(e.primary())
	}
	return e.primary()
}

func (e *evaluator) primary() *big.Rat {
	if op, ok := e.take("(", "ceil(", "floor("); ok {
		v := e.sum()
		if _, ok := e.take(")"); !ok {
			panic(fmt.Errorf("want ) before %q", e.rest))
		}
		if op == "(" {
			return v
		}
		return apply(strings.TrimSuffix(op, "("), v, nil)
	}
	end := strings.IndexFunc(e.rest, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		end = len(e.rest)
	}
	word := e.rest[:end]
	e.rest = e.rest[end:]
	if v, ok := new(big.Rat).SetString(word); ok {
		return v
	}
	v, ok := e.at[word]
	if !ok {
		panic(fmt.Errorf("no number or variable: %q before %q", word, e.rest))
	}
	return big.NewRat(v, 1)
}
