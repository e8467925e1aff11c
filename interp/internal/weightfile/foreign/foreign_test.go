package foreign

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile/filetest"
)

const again1 = "; fetch the weights again"

// named are files that Open names, with the whole message behind "weights: PATH: is ".
var named = []struct{ path, content, want string }{
	{"w.pth", "", "empty, want a file of weights; fetch it again"},
	{"w.pth", strings.Repeat("\x00", 600), "nothing but zeros at its beginning: a download that reserved its place and did not fill it, want a file of weights; fetch it again"},
	{"w.tar.gz", "\x1f\x8b\x08\x00", "a gzip archive, want a file of weights; unpack it and name the file inside"},
	{"w.xz", "\xfd7zXZ\x00\x00\x04", "an xz archive, want a file of weights; unpack it and name the file inside"},
	{"w.zst", "\x28\xb5\x2f\xfd\x04\x00", "a Zstandard archive, want a file of weights; unpack it and name the file inside"},
	{"w.bz2", "BZh91AY&SY", "a bzip2 archive, want a file of weights; unpack it and name the file inside"},
	{"w.7z", "7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive, want a file of weights; unpack it and name the file inside"},
	{"w.rar", "Rar!\x1a\x07\x01\x00", "a RAR archive, want a file of weights; unpack it and name the file inside"},
	{"w.lz4", "\x04\x22\x4d\x18\x64", "an LZ4 archive, want a file of weights; unpack it and name the file inside"},
	{"w.gguf", "GGUF\x03\x00\x00\x00", "a GGUF file of language models, want a file of weights; take the safetensors file that it was made from"},
	{"w.bin", "lmgg\x00\x00", "a GGML file of language models, want a file of weights; take the safetensors file that it was made from"},
	{"w.bin", "Gk0\x01\x1d\x34", "an ncnn model's .bin: numbers in 16 bits without names or shapes, want a file of weights; " + convert},
	{"w.bin", "8K\x0d\x00\x1d\x34", "an ncnn model's .bin: numbers in 8 bits without names or shapes, want a file of weights; " + convert},
	{"w.param.bin", "\xdd\x85\x76\x00\x1d\x34", "an ncnn model's .param.bin: layers without numbers, want a file of weights; " + convert},
	{"w.param", "7767517\n48 56\nInput", "an ncnn model's .param: layers without numbers, want a file of weights; " + convert},
	{"w.params", "\x12\x01\x00\x00\x00\x00\x00\x00\x00", "MXNet parameters (.params), want a file of weights; " + convert},
	{"w.mat", "MATLAB 5.0 MAT-file, Platform: GLNXA64", "a MATLAB file (as MatConvNet's are), want a file of weights; read its arrays with scipy.io.loadmat and write them with numpy.savez"},
	{"w.t7", "\x04\x00\x00\x00\x01\x00\x00\x00\x03\x00\x00\x00V 1\x1a\x00", "a Torch7 file (Lua), want a file of weights; load it in PyTorch before 1.0 with torch.utils.serialization.load_lua and save the state dict"},
	{"w.tflite", "\x1c\x00\x00\x00TFL3\x00\x00\x12\x00", "a TensorFlow Lite model (.tflite), want a file of weights; take the Keras model or the TensorFlow.js files that it was made from, or convert it to ONNX with tf2onnx"},
	{"w.mnn", "\x1c\x00\x00\x00\x00\x00\x16\x00\x18\x00" + strings.Repeat("\x00", 18) + "\x16\x00\x00\x00" + strings.Repeat("\x01", 60), "an MNN model or another FlatBuffers file, want a file of weights; " + convert},
	{"saved_model.pb", "\x08\x01\x12\x80\x20\x0a\x10", "the graph of a TensorFlow SavedModel (saved_model.pb), want a file of weights; load it in Keras and save the weights as .h5, or convert it to TensorFlow.js or ONNX"},
	{"frozen.pb", "\x0a\x1a\x0a\x05input\x12\x0bPlaceholder*\x00", "a frozen graph of TensorFlow (.pb), want a file of weights; convert it to ONNX with tf2onnx"},
	{"w.png", "\x89PNG\r\n\x1a\n\x00\x00", "a picture (PNG), want a file of weights; name the file of weights, and pictures as input of run"},
	{"w.jpg", "\xff\xd8\xff\xe0\x00\x10JFIF", "a picture (JPEG), want a file of weights; name the file of weights, and pictures as input of run"},
	{"w.gif", "GIF89a", "a picture (GIF), want a file of weights; name the file of weights, and pictures as input of run"},
	{"w.webp", "RIFF\x00\x01\x00\x00WEBPVP8 ", "a picture (WebP), want a file of weights; name the file of weights, and pictures as input of run"},
	{"paper.pdf", "%PDF-1.5", "a PDF document, want a file of weights" + again1},
	{"a.out", "\x7fELF\x02\x01", "a program, want a file of weights" + again1},
	{"w.db", "SQLite format 3\x00", "an SQLite database, want a file of weights" + again1},
	{"w.parquet", "PAR1\x15\x00", "a Parquet table, want a file of weights" + again1},
	{"w.pth", "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 102530333\n", "a Git LFS pointer to a file of 102530333 bytes, want a file of weights; fetch the file itself with git lfs pull"},
	{"w.pth", "version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer, want a file of weights; fetch the file itself with git lfs pull"},
	{"w.pth", "<!DOCTYPE html>\n<html>", "a web page, want a file of weights; it came in place of the download: open it in a browser to see what it says, and fetch the file itself"},
	{"w.onnx", "\xef\xbb\xbf  <HTML><head>", "a web page, want a file of weights; it came in place of the download: open it in a browser to see what it says, and fetch the file itself"},
	{"w.pth", "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>", "an error message in place of a download: NoSuchKey, want a file of weights; look at the address that it came from, and fetch the weights again"},
	{"w.pth", "<Error><Code>\x1b[31m</Code>", ""},
	{"w.pth", "<Error>gone</Error>", "an error message in place of a download, want a file of weights; look at the address that it came from, and fetch the weights again"},
	{"w.xml", "<?xml version=\"1.0\" ?>\n<net batch=\"1\" name=\"m\"", "an OpenVINO model's .xml: layers without numbers, want a file of weights; " + convert},
	{"w.xml", "<?xml version=\"1.0\"?><feed>", "an XML file, want a file of weights" + again1},
	{"config.json", "{\"architectures\": [\"ResNet\"]}", "a JSON file that is neither an index of shards (with a weight_map) nor the model.json of TensorFlow.js, want a file of weights; name the file of weights beside it"},
	{"my.cnn", "net a [N, 3, 8, 8] -> [N, 4, 8, 8] { conv(4, 1x1) }\n", "a .cnn text, which describes nets and has no weights, want a file of weights; name the file of weights; `cnnlang params` and `cnnlang graph` read the text"},
	{"deploy.prototxt", "# comment\n", "the description of a Caffe net (.prototxt), without numbers, want a file of weights; name the .caffemodel that belongs to it"},
	{"w.caffemodel", "name: \"SqueezeNet\"\ninput: \"data\"", "the description of a Caffe net (.prototxt), without numbers, want a file of weights; name the .caffemodel that belongs to it"},
	{"w.txt", "layer {\n  name: \"conv1\"", "the description of a Caffe net (.prototxt), without numbers, want a file of weights; name the .caffemodel that belongs to it"},
	{"yolo.cfg", "[net]\nbatch=1", "the description of a Darknet net (.cfg), without numbers, want a file of weights; name its .weights"},
	{"checkpoint", "model_checkpoint_path: \"model.ckpt-1\"", "the list of checkpoints of TensorFlow, without numbers, want a file of weights; load the checkpoint in Keras and save the weights as .h5"},
	{"w.pkl", "(dp0\nS'a'\np1\nI1\ns.", "a Python pickle of protocol 0, want a file of weights; save it again in Python with torch.save or numpy.savez"},
	{"w.pth", "Entry not found\n", `a text that begins with "Entry not found", want a file of weights` + again1},
	{"w.pth", "é" + strings.Repeat("ü", 300), `a text that begins with "é` + strings.Repeat("ü", 59) + `", want a file of weights` + again1},
}

func TestNames(t *testing.T) {
	var raw [][]byte
	for _, c := range named {
		if c.want != "" {
			raw = append(raw, []byte(c.content))
		}
		_, err := Open(filetest.Memory(c.path, []byte(c.content), nil))
		if known := Is([]byte(c.content)[:min(512, len(c.content))], c.path); known != (c.want != "") {
			t.Errorf("%s: %.20q: recognised: %v", c.path, c.content, known)
		}
		if want := "weights: " + c.path + ": is " + c.want; c.want != "" && err.Error() != want {
			t.Errorf("%.20q:\ngot  %s\nwant %s", c.content, err, want)
		}
	}
	filetest.Keep(t, "foreign", ".bin", nil, func(raw []byte) error { _, err := Open(filetest.Memory("f.bin", raw, nil)); return err }, raw)
}

// TestUnknown: what has no known bytes is named for its name.
func TestUnknown(t *testing.T) {
	for path, want := range map[string]string{
		"a/resnet.pth.part":              "has the name of a download that has not ended and is not readable yet; fetch resnet.pth again",
		"model.ckpt.data-00000-of-00001": "is a part of a TensorFlow checkpoint (.data), want a file of weights; load the checkpoint in Keras and save the weights as .h5, or read it with tf.train.load_checkpoint and write its tensors with numpy.savez",
		"model.ckpt.index":               "is the index of a TensorFlow checkpoint (.index), want a file of weights; load the checkpoint in Keras and save the weights as .h5, or read it with tf.train.load_checkpoint and write its tensors with numpy.savez",
		"model.ckpt.meta":                "is the graph of a TensorFlow checkpoint (.meta), without numbers, want a file of weights; load the checkpoint in Keras and save the weights as .h5, or read it with tf.train.load_checkpoint and write its tensors with numpy.savez",
		"openvino.bin":                   "is a .bin of numbers without names or shapes, as OpenVINO, ncnn and TensorFlow.js have, want a file of weights; for TensorFlow.js name the model.json beside it; for the others take the weights that it was made from",
		"group1-shard1of2.bin":           "is a shard of a TensorFlow.js model, want a file of weights; name the model.json beside it",
		"m.mlmodel":                      "is a Core ML model (.mlmodel), want a file of weights; " + convert,
		"m.msgpack":                      "is a Flax file (.msgpack), want a file of weights; write its arrays with numpy.savez",
		"m.pb":                           "is a message of protobuf (.pb) that is no ONNX model, perhaps of TensorFlow, want a file of weights; convert it to ONNX with tf2onnx",
		"m.dat":                          "is of no format that is read: it begins with 81 92 a3; want " + Formats,
	} {
		if got := Unknown(path, []byte("\x81\x92\xa3")).Error(); got != "weights: "+path+": "+want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestReadableFilesAreNotForeign: none of the files that readers are tested with.
func TestReadableFilesAreNotForeign(t *testing.T) {
	count := 0
	err := filepath.WalkDir("../../../../testdata/weights", func(path string, d os.DirEntry, err error) error {
		switch filepath.Ext(path) {
		case "", ".md", ".txt", ".json", ".py", ".data", ".bin", ".cnn":
			return err
		}
		raw := filetest.Read(t, path)
		if count++; Is(raw[:min(512, len(raw))], path) {
			t.Errorf("%s is taken for something else", path)
		}
		return err
	})
	if err != nil || count < 40 {
		t.Errorf("%d files, %v", count, err)
	}
	for _, begins := range []string{"\x1f\x8b\x08\x00", "\x0a\x0a\x00\x00", "PAR1", "GIF8"} {
		if Is([]byte(begins[:3]+"\x00\x00\x00\x00\x00{\"a\":{}}"), "w") {
			t.Errorf("a safetensors file whose header has %x bytes is taken for something else", begins[:3])
		}
	}
}

func FuzzIs(f *testing.F) {
	for _, c := range named {
		f.Add(c.path, []byte(c.content))
	}
	f.Fuzz(func(t *testing.T, path string, raw []byte) {
		if Is(raw[:min(512, len(raw))], path) {
			if _, err := Open(filetest.Memory(path, raw, nil)); err == nil || strings.Contains(err.Error(), "is , want") {
				t.Fatalf("%v", err)
			}
		}
		if Unknown(path, raw).Error() == "" {
			t.Fatal("nothing is said")
		}
	})
}
