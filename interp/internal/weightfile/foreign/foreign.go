// Package foreign names files that are no weights of a format that is read, by how they begin
// or are called, and says where to go: models of other programs, archives, pages that came in
// place of a download, descriptions without numbers.
//
// The tables are magic.go (first bytes), places.go (bytes further on), text.go (texts) and
// names.go (names, where nothing else is known).
package foreign

import (
	"fmt"
	"strings"

	"cnnlang/interp/internal/weightfile"
)

// A kind is what a file is, and what to do.
type kind struct{ what, help string }

// Is recognises a file that Open can name.
func Is(head []byte, path string) bool {
	_, ok := recognise(head, path)
	return ok
}

// Open says what the file is; it never opens one.
func Open(in weightfile.Input) (weightfile.File, error) {
	head, err := in.At(0, min(longestHead, in.Size), "the file")
	if err != nil {
		return nil, err
	}
	k, _ := recognise(head, in.Path)
	return nil, in.Corrupt("", "is %s, want a file of weights; %s", k.what, k.help)
}

// What says what a file is that Open can name.
func What(head []byte, path string) (what string, ok bool) {
	k, ok := recognise(head[:min(len(head), longestHead)], path)
	return k.what, ok
}

// longestHead is how much of a file is looked at.
const longestHead = 512

func recognise(head []byte, path string) (kind, bool) {
	if isSafetensors(head) {
		return kind{}, false
	}
	if len(head) == 0 {
		return kind{"empty", "fetch it again"}, true
	}
	for _, find := range []func([]byte, string) (kind, bool){byMagic, byPlaces, byText} {
		if k, ok := find(head, path); ok {
			return k, true
		}
	}
	return kind{}, false
}

// isSafetensors recognises the length of a header, below 2^40, and its brace: lengths may
// begin as any format does.
func isSafetensors(head []byte) bool {
	return len(head) > 8 && head[8] == '{' && head[5] == 0 && head[6] == 0 && head[7] == 0
}

// Formats lists what is read, for messages.
const Formats = "safetensors, PyTorch (.pth, .pt), Keras (.h5, .keras), TensorFlow.js (model.json), ONNX, Caffe (.caffemodel), NumPy (.npz, .npy) or Darknet (.weights)"

// Unknown is the error of a file that nothing recognises.
func Unknown(path string, head []byte) *weightfile.Error {
	in := weightfile.Input{Path: path}
	if k, ok := byName(path); ok {
		return in.Corrupt("", "is %s, want a file of weights; %s", k.what, k.help)
	}
	if download, ok := cutOff(path, []string{".part", ".partial", ".crdownload", ".download", ".aria2", ".tmp"}); ok {
		return in.Corrupt("", "has the name of a download that has not ended and is not readable yet; fetch %s again", weightfile.Shown(download))
	}
	return in.Corrupt("", "is of no format that is read: it begins with % x; want %s", head[:min(len(head), 8)], Formats)
}

// cutOff takes one of these endings off a name.
func cutOff(path string, endings []string) (string, bool) {
	for _, e := range endings {
		if strings.HasSuffix(strings.ToLower(path), e) {
			return path[strings.LastIndexAny(path, `/\`)+1 : len(path)-len(e)], true
		}
	}
	return "", false
}

// said quotes the beginning of a text.
func said(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return fmt.Sprintf("%.60q", strings.TrimSpace(line))
}
