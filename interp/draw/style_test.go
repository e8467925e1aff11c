package draw

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Every text can be read on what it stands on, in light, in dark and in print, by the contrast
// that WCAG 2 asks for: 4.5 for texts, 3 for lines.
func TestTextsCanBeRead(t *testing.T) {
	names := regexp.MustCompile(`--([a-z]+):#([0-9a-f]+)`)
	palettes := regexp.MustCompile(`:root\{[^}]*\}`).FindAllString(style, -1)
	if len(palettes) != 3 {
		t.Fatalf("%d palettes, want light, dark and print", len(palettes))
	}
	boxes := []string{"input", "pointwise", "conv", "depthwise", "linear", "pool", "act", "norm", "other", "closed", "merge", "heat"}
	papers := []string{"paper", "frame", "odd", "stage"}
	for k, palette := range palettes {
		colours := map[string][3]float64{}
		for _, m := range names.FindAllStringSubmatch(palette, -1) {
			colours[m[1]] = rgb(t, m[2])
		}
		want := func(front string, least float64, backs ...string) {
			for _, back := range backs {
				f, known := colours[front]
				b, also := colours[back]
				if c := contrast(f, b); !known || !also || c < least {
					t.Errorf("%s: %s on %s has a contrast of %.2f, want %g", [...]string{"light", "dark", "print"}[k], front, back, c, least)
				}
			}
		}
		want("ink", 4.5, boxes...)
		want("mark", 4.5, boxes...)
		want("ink", 4.5, papers...)
		want("soft", 4.5, papers...)
		want("line", 3, papers...)
		want("cut", 3, papers...)
	}
}

func rgb(t *testing.T, hex string) (c [3]float64) {
	t.Helper()
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	for i := range c {
		v, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c[i] = float64(v) / 255
	}
	return c
}

// contrast is the ratio of the relative luminances of two colours in sRGB.
func contrast(a, b [3]float64) float64 {
	luminance := func(c [3]float64) float64 {
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			v := c[i] / 12.92
			if c[i] > 0.04045 {
				v = math.Pow((c[i]+0.055)/1.055, 2.4)
			}
			sum += weight * v
		}
		return sum + 0.05
	}
	x, y := luminance(a), luminance(b)
	return math.Max(x, y) / math.Min(x, y)
}

// A program that knows no variables of CSS passes over a declaration that has one, and draws in the colours of
// light paper: each stands before it as a number.
func TestColoursWithoutVariables(t *testing.T) {
	light := regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]+)`)
	for name, sheet := range map[string]string{"style": style, "signs": signStyle} {
		colours := map[string]string{}
		for _, m := range light.FindAllStringSubmatch(style[:strings.Index(style, "@media")]+signStyle[:strings.Index(signStyle, "@media")], -1) {
			colours[m[1]] = m[2]
		}
		rules := sheet[strings.LastIndex(sheet, "}}")+2:]
		variables := 0
		for _, rule := range strings.Split(rules, "}") {
			_, body, _ := strings.Cut(rule, "{")
			before := ""
			for _, declaration := range strings.Split(body, ";") {
				if property, value, _ := strings.Cut(declaration, ":"); strings.Contains(value, "var(") {
					variables++
					variable := strings.TrimSuffix(strings.TrimPrefix(value, "var(--"), ")")
					if want := property + ":" + colours[variable]; before != want {
						t.Errorf("%s: %s stands behind %q, want %q", name, declaration, before, want)
					}
				}
				before = declaration
			}
		}
		if want := strings.Count(sheet, "var("); variables != want || want < 10 {
			t.Errorf("%s: %d of %d colours are looked at", name, variables, want)
		}
	}
}
