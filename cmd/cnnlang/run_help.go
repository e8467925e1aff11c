package main

// What `cnnlang help run` says.
const runHelp = "run computes a net's output for images (JPEG, PNG, GIF, WebP, BMP or TIFF; - is one\n" +
	"on standard input), which its meta says how to prepare unless --prepare does; for an\n" +
	"array from a .npy file; or for a generated input. What the output is follows from the\n" +
	"net's text, or from --as: of classes it prints the highest with their softmax, by the\n" +
	"names of --labels, or else those in the file of weights, or else what the meta says of\n" +
	"that file and of the net; of a vector its norm and first numbers; of a mask the classes\n" +
	"with their share of the pixels. --output writes the output itself, in float32, or if\n" +
	"the file ends in .png a picture: of a mask in the colours of its classes, else from\n" +
	"black to full brightness as --range or the net says. Weights come from a file of\n" +
	"safetensors, PyTorch, Keras, TensorFlow.js, ONNX, Caffe, NumPy or Darknet, by default\n" +
	"the one that `cnnlang get` has downloaded, or, to try a net out, from a seed. A\n" +
	".safetensors in place of a net is a file that holds its net and needs no --weights.\n" +
	"For a file with the name of one that is published, images are prepared as its meta says of\n" +
	"that one.\n\n" +
	"Any number of images are computed one after another, in bounded memory: those named,\n" +
	"those of a folder, which are the files with the extension of an image, sorted by\n" +
	"name, those that fit a pattern in quotation marks, and those of a --list. Each\n" +
	"thread reads and computes an image of its own, or with --batch several together, by\n" +
	"algorithms that may be others, so that last digits may differ.\n" +
	"Results come in the order of the images, as text, csv or jsonl, and a file of\n" +
	"--output has a row for each, or with {name} in its name each has a file. An image that cannot be read is told, and in csv and\n" +
	"jsonl has a row with its error; the rest goes on, and the exit code is 1.\n\n" +
	"Of a net with several inputs --input gives each by its name, an array, an image or\n" +
	"random, or each a folder, a pattern or several images, which go together by their names,\n" +
	"and --output names one of several outputs: with a file it is written, without\n" +
	"one it alone is shown.\n\n" +
	"--precision bf16 computes in bfloat16, on processors with AVX512-BF16 or AMX, in\n" +
	"less memory and, except for small nets, less time. f32fast multiplies float32 with\n" +
	"16 bits of precision, on processors with AMX. docs/precision.md has the errors."

const runExamples = "  cnnlang run resnet50 cat.jpg dog.png\n" +
	"  cnnlang run resnet50 photos --recursive --top 1 -o csv >classes.csv\n" +
	"  find photos -name '*.jpg' | cnnlang run resnet50 --list - -o jsonl\n" +
	"  cnnlang run resnet50 cat.jpg --weights resnet50.safetensors\n" +
	"  cnnlang run resnet50 cat.jpg --weights random\n" +
	"  cnnlang run flowers.safetensors photo.jpg\n" +
	"  cnnlang run my.cnn cat.jpg --weights w.pth --labels names.txt\n" +
	"  cnnlang run resnet50 cat.jpg --weights w.safetensors --prepare 'imagenet(fit=\"pad\")'\n" +
	"  cnnlang run my.cnn --weights random --seed 7 --input random --shape 2x3x64x64\n" +
	"  cnnlang run my.cnn --weights my.safetensors --input x.npy --output y.npy\n" +
	"  cnnlang run pair.cnn --weights p.safetensors --input left=l.png --input right=r.png --output depth=d.npy\n" +
	"  cnnlang run googlenet cat.jpg --weights g.safetensors --output aux1=aux1.npy --output conv1=conv1.npy\n" +
	"  cnnlang run segment.cnn photos --weights s.safetensors --output 'masks/{name}.png'\n" +
	"  cnnlang run upscale.cnn small.png --weights u.safetensors --output large.png --range 0,1"
