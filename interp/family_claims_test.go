package interp_test

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"
)

// Every `expression = value` of the text, and every cell below a heading with a
// dot for the row, `params(·)`, is what the expression gives. A value with
// decimals is rounded to them; chains, `a / b = 25 / 9 = 2.78`, hold in every
// part.
func TestFamilyClaims(t *testing.T) {
	f := newFamily(t)
	claims := 0
	check := func(line familyLine, claim string) {
		claims++
		if err := f.holds(claim); err != nil {
			line.errorf(t, "`%s`: %v", claim, err)
		}
	}
	for _, line := range readFamily(t).prose {
		if line.columns == nil {
			for _, span := range codeSpan.FindAllString(line.text, -1) {
				if claim := strings.Trim(span, "`"); strings.Contains(claim, " = ") {
					check(line, claim)
				}
			}
			continue
		}
		cells := tableCells(line.text)
		if len(cells) != len(line.columns) {
			line.errorf(t, "%d cells in a table of %d columns", len(cells), len(line.columns))
			continue
		}
		for i, cell := range cells {
			if column := line.columns[i]; strings.Contains(column, "·") {
				claim := strings.ReplaceAll(column, "·", cells[0]) + " = " + cell
				check(line, strings.ReplaceAll(claim, "`", ""))
			}
		}
	}
	if claims < 50 {
		t.Errorf("only %d claims were found", claims)
	}
}

func tableCells(row string) []string {
	var cells []string
	for _, c := range strings.Split(strings.Trim(row, "| "), "|") {
		cells = append(cells, strings.TrimSpace(c))
	}
	return cells
}

// A claim that is wrong, or that cannot be read, is not taken for right.
func TestFamilyClaimsCanFail(t *testing.T) {
	f := newFamily(t)
	for claim, holds := range map[string]bool{
		"params(wide) = 589,824":                             true,
		"params(wide) = 589,825":                             false,
		"params(wide) = 589824":                              false, // not as the text writes numbers
		"params(five) / params(three) = 25 / 9 = 2.78":       true,
		"params(five) / params(three) = 25 / 9 = 2.77":       false,
		"params(five) / params(three) = 25 / 8 = 2.78":       false,
		"(params(five) - params(three)) / 4,096 = 16":        true,
		"formula(sepconv) = 9*C + C*c":                       true,
		"formula(sepconv) = 9*C + C":                         false,
		"formula(basic, C = c, stride = 1) = 4*c + 18*c*c":   true,
		"formula(basic, C = c, stride = 2) = 4*c + 18*c*c":   false,
		"shape(googlenet, inception4a) = [1, 512, 14, 14]":   true,
		"shape(googlenet, inception4a) = [1, 512, 14, 15]":   false,
		"shape(googlenet, inception4z) = [1, 512, 14, 14]":   false,
		"params(nowhere) = 1":                                false,
		"weight(wide) = 589,824":                             false,
		"params(wide) + = 589,824":                           false,
		"params(wide) / params(averaged) = 1":                false,
		"after(googlenet, aux1) = inception4a":               true,
		"after(googlenet, aux1) = inception3b":               false,
		"params(wide) + after(googlenet, aux1) = 589,824":    false,
		"params(wide) = ":                                    false,
		"params(seven, nothing_of_this_name) = 0":            false,
		"params(resnet50, layer1) = 215,808":                 true,
		"params(resnet50, layer1.0) = 215,808":               false,
		"params(googlenet, aux1) = params_side(googlenet)":   false,
		"projections(resnet50) - projections(resnet18) = 1":  true,
		"norms(resnet50) - norms_left(resnet50) = 53":        true,
		"seen(inception_v3, Mixed_6b) = 128":                 true,
		"values(inception_v3, Mixed_6b) = 768 * 17 * 17":     true,
		"channels(inception_v3, Mixed_6b) = 7 + 761":         true,
		"macs(wide) / params(wide) = 14 * 14":                true,
		"params_side(googlenet) / params(googlenet) = 0.96":  true,
		"params_side(googlenet) / params(googlenet) = 0.963": true,
		"params_side(googlenet) / params(googlenet) = 0.97":  false,
	} {
		if err := f.holds(claim); (err == nil) != holds {
			t.Errorf("%s: %v", claim, err)
		}
	}
}

// holds evaluates a claim.
func (f *family) holds(claim string) error {
	parts := splitTop(claim)
	if len(parts) < 2 {
		return fmt.Errorf("claims nothing")
	}
	first, err := f.evaluate(parts[0])
	if err != nil {
		return err
	}
	if first.number == nil {
		if want := strings.Join(parts[1:], " = "); want != first.text {
			return fmt.Errorf("it is %s", first.text)
		}
		return nil
	}
	for _, part := range parts[1:] {
		if literal.MatchString(part) {
			if got := inTheStyleOf(part, first.number); got != part {
				return fmt.Errorf("it is %s", got)
			}
			continue
		}
		v, err := f.evaluate(part)
		if err != nil {
			return err
		}
		if v.number == nil || v.number.Cmp(first.number) != 0 {
			return fmt.Errorf("%s is not %s", part, first.number.FloatString(6))
		}
	}
	return nil
}

// splitTop splits at the equals signs outside brackets.
func splitTop(claim string) []string {
	depth, start := 0, 0
	var parts []string
	for i, c := range claim {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && strings.HasPrefix(claim[i:], " = "):
			parts = append(parts, claim[start:i])
			start = i + len(" = ")
		}
	}
	return append(parts, claim[start:])
}

var literal = regexp.MustCompile(`^\d[\d,]*(\.\d+)?$`)

// inTheStyleOf prints a number with as many decimals as a literal has, and a
// comma every three digits.
func inTheStyleOf(literal string, x *big.Rat) string {
	_, decimals, _ := strings.Cut(literal, ".")
	if decimals == "" && !x.IsInt() {
		return x.FloatString(6)
	}
	whole, rest, _ := strings.Cut(x.FloatString(len(decimals)), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		return whole + "." + rest
	}
	return whole
}

// A familyValue is a number, or a text where number is nil.
type familyValue struct {
	number *big.Rat
	text   string
}

// evaluate computes sums and products of numbers and calls.
func (f *family) evaluate(text string) (familyValue, error) {
	p := &familyParser{family: f, rest: strings.TrimSpace(text)}
	v, err := p.sum()
	if err == nil && p.rest != "" {
		err = fmt.Errorf("cannot read %q", p.rest)
	}
	return v, err
}

type familyParser struct {
	family *family
	rest   string
}

func (p *familyParser) sum() (familyValue, error) { return p.chain("+-", p.product) }

func (p *familyParser) product() (familyValue, error) { return p.chain("*/", p.factor) }

// chain reads operands joined by any of the operators, from the left.
func (p *familyParser) chain(operators string, operand func() (familyValue, error)) (familyValue, error) {
	v, err := operand()
	for err == nil && p.rest != "" && strings.Contains(operators, p.rest[:1]) {
		operator := p.rest[0]
		p.rest = strings.TrimSpace(p.rest[1:])
		var w familyValue
		if w, err = operand(); err != nil {
			break
		}
		if v.number == nil || w.number == nil {
			return v, fmt.Errorf("%c stands beside a text", operator)
		}
		x := new(big.Rat)
		switch operator {
		case '+':
			x.Add(v.number, w.number)
		case '-':
			x.Sub(v.number, w.number)
		case '*':
			x.Mul(v.number, w.number)
		case '/':
			if w.number.Sign() == 0 {
				return v, fmt.Errorf("a division by zero")
			}
			x.Quo(v.number, w.number)
		}
		v = familyValue{number: x}
	}
	return v, err
}

var (
	leadingNumber = regexp.MustCompile(`^\d[\d,]*(\.\d+)?`)
	leadingCall   = regexp.MustCompile(`^(\w+)\(([^()]*)\)`)
)

func (p *familyParser) factor() (familyValue, error) {
	if m := leadingNumber.FindString(p.rest); m != "" {
		p.rest = strings.TrimSpace(p.rest[len(m):])
		x, ok := new(big.Rat).SetString(strings.ReplaceAll(m, ",", ""))
		if !ok {
			return familyValue{}, fmt.Errorf("%q is no number", m)
		}
		return familyValue{number: x}, nil
	}
	if m := leadingCall.FindStringSubmatch(p.rest); m != nil {
		p.rest = strings.TrimSpace(p.rest[len(m[0]):])
		return p.family.call(m[1], strings.Split(m[2], ", "))
	}
	if rest, ok := strings.CutPrefix(p.rest, "("); ok {
		p.rest = rest
		v, err := p.sum()
		if err == nil && !strings.HasPrefix(p.rest, ")") {
			err = fmt.Errorf("a bracket is open before %q", p.rest)
		}
		p.rest = strings.TrimSpace(strings.TrimPrefix(p.rest, ")"))
		return v, err
	}
	return familyValue{}, fmt.Errorf("cannot read %q", p.rest)
}
