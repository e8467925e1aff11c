package prove

import (
	"slices"
	"strings"
	"testing"
)

// What holds in some case only is said to: the sizes that a pool needs grow with the
// number of pools, worked out by hand.
func TestRequirementsNameTheirCase(t *testing.T) {
	v := verdictOn(t, `
block pools(n: int) [N, C, H, W] -> [N, C, _, _] where n >= 0 { repeat i of n { maxpool(2x2) } }`)
	if v.Status != Bounded {
		t.Fatalf("got %s (%s), want bounded", v.Status, v.Reason)
	}
	c := v.Contract()
	for _, want := range []Clause{
		{"H >= 2", "n = 1 or n = 2 or n = 3"},
		{"H//2 >= 2", "n = 2 or n = 3"},
	} {
		if !containsClause(c.Requires, want) {
			t.Errorf("got %v, want %v among them", c.Requires, want)
		}
	}
	for i, r := range c.Requires {
		if r.When == "" {
			t.Errorf("%q is said to hold always", r.Text)
		}
		if slices.Contains(c.Requires[:i], r) {
			t.Errorf("%v is there twice", r)
		}
	}
	if want := "for other values of n there is no formula"; c.Without != want {
		t.Errorf("got %q, want %q", c.Without, want)
	}
}

// containsClause finds a clause, the cases of its condition in any order.
func containsClause(list []Clause, want Clause) bool {
	return slices.ContainsFunc(list, func(c Clause) bool {
		return c.Text == want.Text && slices.Equal(casesOf(c.When), casesOf(want.When))
	})
}

func casesOf(when string) []string {
	cases := strings.Split(when, " or ")
	slices.Sort(cases)
	return cases
}
