package recipe

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// The language keeps 15 digits of a decimal, and quotients exactly, so that a number with more
// digits, such as 4/3, is written as one.
const mostDigits = 15

// number writes a number so that it is read as the same float64.
func number(x float64) string {
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', -1, 64), "e")
	switch power, _ := strconv.Atoi(exponent); {
	case len(strings.Trim(digits, "-."))-strings.Count(digits, ".") > mostDigits:
		return quotient(x)
	case power < -4:
		return digits + "e-" + strconv.Itoa(-power)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// quotient writes a number as the first convergent of its continued fraction that is the same
// float64. Its terms stay below 2^28 or so for numbers of usual sizes.
func quotient(x float64) string {
	exact := new(big.Rat).SetFloat64(math.Abs(x))
	if exact == nil {
		return strconv.FormatFloat(x, 'g', -1, 64) // no number, which is no setting
	}
	num, den := exact.Num(), exact.Denom()
	p, q, lastP, lastQ := big.NewInt(1), big.NewInt(0), big.NewInt(0), big.NewInt(1)
	for den.Sign() != 0 {
		whole, rest := new(big.Int).QuoRem(num, den, new(big.Int))
		num, den = den, rest
		p, lastP = new(big.Int).Add(new(big.Int).Mul(whole, p), lastP), p
		q, lastQ = new(big.Int).Add(new(big.Int).Mul(whole, q), lastQ), q
		if near, _ := new(big.Rat).SetFrac(p, q).Float64(); near == math.Abs(x) {
			break
		}
	}
	text := p.String() + "/" + q.String()
	if x < 0 {
		return "-" + text
	}
	return text
}
