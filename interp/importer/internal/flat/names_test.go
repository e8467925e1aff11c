package flat

import (
	"strings"
	"testing"
)

func TestLabels(t *testing.T) {
	var n Names
	for _, c := range [][2]string{
		{"conv1/7x7_s2", "conv1/7x7_s2"}, {"layer1.0.conv1", "layer1.0.conv1"}, {"185", ""}, {"1.2", ""}, {"", ""}, {"0.conv", "0.conv"},
		{"a{b}\"c\n\u202e\xff", "abc"}, {"abc", "abc_2"}, {"abc_2", "abc_2_2"}, {"abc", "abc_3"}, {".a.", "a"}, {"größe", "größe"}, {"{}", ""},
		{strings.Repeat("é", 300), strings.Repeat("é", 100)},
	} {
		if got := n.Label(c[0]); got != c[1] {
			t.Errorf("%q: got %q, want %q", c[0], got, c[1])
		}
	}
}

func TestWords(t *testing.T) {
	var n Names
	for _, c := range [][2]string{
		{"data", "data"}, {"data", "data_2"}, {"loss3/classifier", "loss3_classifier"}, {"82", "output_82"}, {"82", "output_82_2"}, {"repeat", "repeat_"}, {"größe", "gr_e"}, {"NIN # small", "NIN_small"}, {"a__b", "a__b"},
		{"", "output"}, {"///", "output_2"}, {"_x", "_x"},
	} {
		if got := n.Word(c[0], "output"); got != c[1] {
			t.Errorf("%q: got %q, want %q", c[0], got, c[1])
		}
	}
}
