package foreign

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"cnnlang/interp/internal/weightfile"
)

// texts are recognised by their beginning, in small letters.
var texts = []struct{ begins, what, help string }{
	{"7767517", "an ncnn model's .param: layers without numbers", convert},
	{"model_checkpoint_path:", "the list of checkpoints of TensorFlow, without numbers", "load the checkpoint in Keras and save the weights as .h5"},
	{"[net]", "the description of a Darknet net (.cfg), without numbers", "name its .weights"},
	{"[convolutional]", "the description of a Darknet net (.cfg), without numbers", "name its .weights"},
	{"<!doctype html", "a web page", "it came in place of the download: open it in a browser to see what it says, and fetch the file itself"},
	{"<html", "a web page", "it came in place of the download: open it in a browser to see what it says, and fetch the file itself"},
	{"(dp", "a Python pickle of protocol 0", "save it again in Python with torch.save or numpy.savez"},
	{"(lp", "a Python pickle of protocol 0", "save it again in Python with torch.save or numpy.savez"},
	{"ccopy_reg", "a Python pickle of protocol 0", "save it again in Python with torch.save or numpy.savez"},
	{"ccollections\nordereddict", "a Python pickle of protocol 0", "save it again in Python with torch.save or numpy.savez"},
}

// byText recognises what can be read by people.
func byText(head []byte, path string) (kind, bool) {
	text := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	if !isText(text) {
		return kind{}, false
	}
	small := strings.ToLower(string(text))
	for _, t := range texts {
		if strings.HasPrefix(small, t.begins) {
			return kind{t.what, t.help}, true
		}
	}
	switch {
	case strings.HasPrefix(small, "version https://git-lfs"):
		what := "a Git LFS pointer"
		if size := between(string(text)+"\n", "\nsize ", "\n"); size != "" {
			what += " to a file of " + weightfile.Shown(size) + " bytes"
		}
		return kind{what, "fetch the file itself with git lfs pull"}, true
	case strings.HasPrefix(small, "<?xml") || strings.HasPrefix(small, "<"):
		return xml(string(text)), true
	case strings.HasPrefix(small, "{") || strings.HasPrefix(small, "["):
		return kind{"a JSON file that is neither an index of shards (with a weight_map) nor the model.json of TensorFlow.js", "name the file of weights beside it"}, true
	case strings.HasSuffix(strings.ToLower(path), ".cnn"):
		return kind{"a .cnn text, which describes nets and has no weights", "name the file of weights; `cnnlang params` and `cnnlang graph` read the text"}, true
	case strings.HasSuffix(strings.ToLower(path), ".prototxt") || isPrototxt(small):
		return kind{"the description of a Caffe net (.prototxt), without numbers", "name the .caffemodel that belongs to it"}, true
	}
	return kind{"a text that begins with " + said(text), again}, true
}

// isText reports whether bytes are UTF-8, the last letter perhaps cut, and of letters that are
// shown. A few bytes may be anything.
func isText(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && (n != 1 || len(b) >= utf8.UTFMax) || r != '\n' && r != '\r' && r != '\t' && r != utf8.RuneError && !unicode.IsPrint(r) {
			return false
		}
		b = b[n:]
	}
	return true
}

// xml says what an XML file is: a net of OpenVINO, or what a store answers for a file that it
// does not give.
func xml(text string) kind {
	switch {
	case strings.Contains(text, "<net "):
		return kind{"an OpenVINO model's .xml: layers without numbers", convert}
	case strings.Contains(text, "<Error>"):
		what := "an error message in place of a download"
		if code := between(text, "<Code>", "</Code>"); code != "" {
			what += ": " + weightfile.Shown(code)
		}
		return kind{what, "look at the address that it came from, and " + again}
	}
	return kind{"an XML file", again}
}

// between is what stands after one text and before another, or "".
func between(text, after, before string) string {
	_, rest, ok := strings.Cut(text, after)
	found, _, ended := strings.Cut(rest, before)
	if !ok || !ended {
		return ""
	}
	return found
}

// isPrototxt recognises the text form of a NetParameter.
func isPrototxt(small string) bool {
	for _, block := range []string{"layer {", "layers {", "layer{", "layers{", "input_dim:", "input_param {"} {
		if strings.Contains(small, block) {
			return true
		}
	}
	return strings.HasPrefix(small, "name:") || strings.HasPrefix(small, "input:")
}
