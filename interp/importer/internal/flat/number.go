package flat

import (
	"math/big"
	"regexp"
	"strconv"

	"cnnlang/ops/dim"
)

// decimal is a number as texts of other programs write them, of which some put an f behind.
var decimal = regexp.MustCompile(`^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?[fF]?$`)

// mostDigits is how many the language keeps of a number that is not whole.
const mostDigits = 15

// Number reads a decimal number exactly, as in 1e-05, .75 and 1.; of more than 15 digits the first 15
// count, as in the language. It is false for what is no number, or beyond those of the language.
func Number(text string) (dim.Size, bool) {
	parts := decimal.FindStringSubmatch(text)
	if parts == nil || parts[2]+parts[3] == "" || len(text) > 1000 {
		return dim.Size{}, false
	}
	n, ok := new(big.Int).SetString(parts[2]+parts[3], 10)
	if !ok {
		return dim.Size{}, false
	}
	if n.Sign() == 0 {
		return dim.Int(0), true
	}
	if parts[1] == "-" {
		n.Neg(n)
	}
	power, _ := strconv.Atoi(parts[4])
	power -= len(parts[3])
	ten, over := big.NewInt(10), len(new(big.Int).Abs(n).String())-mostDigits
	for ; power < 0 && over > 0; power, over = power+1, over-1 {
		n.Quo(n, ten)
	}
	return fraction(n, power)
}

// Float reads a float32 as the shortest decimal number that is rounded to it.
func Float(x float32) (dim.Size, bool) {
	return Number(strconv.FormatFloat(float64(x), 'g', -1, 32))
}

// fraction is n * 10^power.
func fraction(n *big.Int, power int) (dim.Size, bool) {
	if power < -400 || power > 20 {
		return dim.Size{}, false
	}
	by := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(power, -power))), nil)
	r := new(big.Rat).SetInt(by)
	if power < 0 {
		r.Inv(r)
	}
	if r.Mul(r, new(big.Rat).SetInt(n)); !r.Num().IsInt64() || !r.Denom().IsInt64() {
		return dim.Size{}, false
	}
	size := dim.Ratio(r.Num().Int64(), r.Denom().Int64())
	return size, size.IsValid()
}
