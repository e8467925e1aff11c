package main

import "testing"

func TestHanging(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"params  learned numbers\n", 24, "params  learned numbers\n"},
		{"params  learned numbers, without\nuncounted: 0\n", 20, "params  learned\n        numbers,\n        without\nuncounted: 0\n"},
		{"        further below\n", 18, "        further\n        below\n"},
		{"the terminal is too narrow\n", 12, "the terminal\nis too\nnarrow\n"},
		{"a  averyverylongword b\n", 10, "a  averyverylongword\n   b\n"},
		{"", 10, ""},
		{"京京 京京 京京\n", 9, "京京 京京\n京京\n"},
	} {
		if got := hanging(c.text, c.width); got != c.want {
			t.Errorf("%q in %d columns: got %q, want %q", c.text, c.width, got, c.want)
		}
	}
}
