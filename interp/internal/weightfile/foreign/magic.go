package foreign

import "strings"

const (
	convert = "convert it with its own tools to ONNX, or take the weights it was made from"
	unpack  = "unpack it and name the file inside"
	again   = "fetch the weights again"
)

// magics are what files begin with.
var magics = []struct{ magic, what, help string }{
	{"\x1f\x8b", "a gzip archive", unpack},
	{"\xfd7zXZ\x00", "an xz archive", unpack},
	{"\x28\xb5\x2f\xfd", "a Zstandard archive", unpack},
	{"BZh", "a bzip2 archive", unpack},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive", unpack},
	{"Rar!\x1a\x07", "a RAR archive", unpack},
	{"\x04\x22\x4d\x18", "an LZ4 archive", unpack},
	{"GGUF", "a GGUF file of language models", "take the safetensors file that it was made from"},
	{"lmgg", "a GGML file of language models", "take the safetensors file that it was made from"},
	{"tjgg", "a GGML file of language models", "take the safetensors file that it was made from"},
	{"\xdd\x85\x76\x00", "an ncnn model's .param.bin: layers without numbers", convert},
	{"Gk0\x01", "an ncnn model's .bin: numbers in 16 bits without names or shapes", convert},
	{"8K\x0d\x00", "an ncnn model's .bin: numbers in 8 bits without names or shapes", convert},
	{"\x56\xc0\x02\x00", "an ncnn model's .bin: numbers without names or shapes", convert},
	{"\x12\x01\x00\x00\x00\x00\x00\x00", "MXNet parameters (.params)", convert},
	{"MATLAB 5.0 MAT-file", "a MATLAB file (as MatConvNet's are)", "read its arrays with scipy.io.loadmat and write them with numpy.savez"},
	{"PAR1", "a Parquet table", again},
	{"SQLite format 3\x00", "an SQLite database", again},
	{"\x89PNG\r\n\x1a\n", "a picture (PNG)", "name the file of weights, and pictures as input of run"},
	{"\xff\xd8\xff", "a picture (JPEG)", "name the file of weights, and pictures as input of run"},
	{"GIF8", "a picture (GIF)", "name the file of weights, and pictures as input of run"},
	{"%PDF-", "a PDF document", again},
	{"\x7fELF", "a program", again},
}

func byMagic(head []byte, _ string) (kind, bool) {
	for _, m := range magics {
		if strings.HasPrefix(string(head), m.magic) {
			return kind{m.what, m.help}, true
		}
	}
	return kind{}, false
}
