package interp_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// A library net, with generated weights, computes two images given as an array.
func ExampleLoad() {
	ctx := context.Background()
	model, err := interp.Load(ctx, "nin_cifar10", interp.Options{Weights: interp.RandomWeights(1)})
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	output, err := model.Run(ctx, tensor.New(2, 3, 32, 32))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(model.Net.Graph.Input().Shape, "->", output.Shape)
	// Output: [1, 3, 32, 32] -> [2, 10]
}

func ExampleModel_Classify() {
	ctx := context.Background()
	model, err := interp.Load(ctx, "nin_cifar10", interp.Options{Weights: interp.RandomWeights(1)})
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	photo, err := os.Open("../testdata/images/rocket.jpg") // any io.Reader will do
	if err != nil {
		log.Fatal(err)
	}
	defer photo.Close()
	classes, err := model.Classify(ctx, photo, 10)
	if err != nil {
		log.Fatal(err)
	}
	sum := 0.0
	for _, c := range classes {
		sum += c.Probability
	}
	fmt.Printf("%d classes, probabilities of %.3f in all\n", len(classes), sum)
	// Output: 10 classes, probabilities of 1.000 in all
}

// Any number of pictures, in memory that does not depend on how many they are. One that
// cannot be read is reported, and the rest goes on.
func ExampleModel_Each() {
	ctx := context.Background()
	model, err := interp.Load(ctx, "nin_cifar10", interp.Options{Weights: interp.RandomWeights(1)})
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	const folder = "../testdata/images/"
	for answer, err := range model.Each(ctx, interp.Files(folder+"rocket.jpg", folder+"README.md", folder+"chelsea.png")) {
		if bad := new(interp.PictureError); errors.As(err, &bad) {
			fmt.Println(answer.Name, "cannot be read")
			continue
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(answer.Name, len(answer.Classes(3)), "classes of", answer.Output.Shape)
	}
	// Output:
	// ../testdata/images/rocket.jpg 3 classes of [1, 10]
	// ../testdata/images/README.md cannot be read
	// ../testdata/images/chelsea.png 3 classes of [1, 10]
}

// A session computes in memory of its own, and returns its values. Side heads and steps are
// there if the options ask for them.
func ExampleSession() {
	ctx := context.Background()
	model, err := interp.Load(ctx, "nin_cifar10", interp.Options{Weights: interp.RandomWeights(1), Values: []string{"layer2.conv"}})
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	session := model.NewSession(1)
	defer session.Close()
	input := tensor.New(1, 3, 32, 32)
	for i := range 3 {
		input.Data[0] = float32(i)
		if err := session.Run(ctx, input); err != nil {
			log.Fatal(err)
		}
	}
	step, _ := session.Value("layer2.conv")
	fmt.Println(session.Output().Shape, step.Shape)
	// Output: [1, 10] [1, 192, 16, 16]
}

// A net with two inputs and two outputs: a session takes tensors by the names that its signature
// gives them, and shows them by theirs.
func ExampleSession_RunNamed() {
	ctx := context.Background()
	p, err := interp.Read("pair.cnn", strings.NewReader(`
net pair | [N, 3, H = 16, W = 16] as image | [N, 2, H/2, W/2] as flow -> | [N, 8, _, _] as features | [N, 2] as motion {
  list {
    | @image -> conv(8, 3x3, stride=2, pad=1) -> relu
    | @flow -> gap -> flatten
  }
}`))
	if err != nil {
		log.Fatal(err)
	}
	n, err := p.Net(interp.Options{Batch: 4})
	if err != nil {
		log.Fatal(err)
	}
	model, err := n.Build(ctx, interp.Options{Weights: interp.RandomWeights(1)})
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	session := model.NewSession(1)
	defer session.Close()
	inputs := interp.Inputs{
		"image": tensor.New(4, 3, 16, 16), // [N, 3, H, W]
		"flow":  tensor.New(4, 2, 8, 8),   // [N, 2, H/2, W/2]
	}
	if err := session.RunNamed(ctx, inputs); err != nil {
		log.Fatal(err)
	}
	for _, name := range n.OutputNames() {
		value, _ := session.Value(name)
		fmt.Println(name, value.Shape)
	}
	// Output:
	// features [4, 8, 8, 8]
	// motion [4, 2]
}

const small = `net small(classes = 10) [N, 3, H = 32, W = 32] -> [N, classes] {
  conv(16, 3x3, pad=1) -> relu -> gap -> flatten -> fc: linear(classes)
}
`

// The net of a text at another size and with another argument: its shapes and counts.
func ExampleProgram_Net() {
	p, err := interp.Read("small.cnn", strings.NewReader(small))
	if err != nil {
		log.Fatal(err)
	}
	n, err := p.Net(interp.Options{Set: interp.Set("classes=7"), Shape: []int{4, 3, 64, 48}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n.Graph.Input().Shape, "->", n.Graph.Output().Shape)
	fmt.Println(n.Main.Params, "parameters,", n.Main.MACs, "MACs for an image")
	for _, s := range n.Graph.Steps {
		fmt.Println(s.Path, s.Node.Shape)
	}
	// Output:
	// [4, 3, 64, 48] -> [4, 7]
	// 567 parameters, 1327216 MACs for an image
	// 0 [4, 16, 64, 48]
	// 1 [4, 16, 64, 48]
	// 2 [4, 16, 1, 1]
	// 3 [4, 16]
	// fc [4, 7]
}

// What an editor shows for a block: its signature, and the comment before it.
func ExampleProgram_Declarations() {
	p, err := interp.Read("unit.cnn", strings.NewReader(`# A convolution with its activation.
block unit(c: int, k = 3x3) [N, C, H, W] -> [N, c, _, _] { conv(c, k) -> relu }
`))
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range p.Declarations() {
		fmt.Println(d.Signature)
		fmt.Println(d.Doc)
		for _, x := range d.Params {
			fmt.Printf("%s: type %q, default %q\n", x.Name, x.Type, x.Default)
		}
	}
	// Output:
	// block unit(c: int, k = 3x3) [N, C, H, W] -> [N, c, _, _]
	// A convolution with its activation.
	// c: type "int", default ""
	// k: type "", default "3x3"
}

func ExampleNet_Expand() {
	p, err := interp.Read("small.cnn", strings.NewReader(small))
	if err != nil {
		log.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		log.Fatal(err)
	}
	text, err := n.Expand()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
	// Output:
	// # small for an input of [1, 3, 32, 32]: every operation on a line of its own.
	// net small [N, 3, 32, 32] -> [N, 10] {
	//   "0": conv(16, 3x3, pad=1)   is [N, 16, 32, 32]
	//   "1": relu                   is [N, 16, 32, 32]
	//   "2": gap                    is [N, 16, 1, 1]
	//   "3": flatten                is [N, 16]
	//   "fc": linear(10)            is [N, 10]
	//   expect params == 618
	//   expect macs   == 442528
	// }
}

// An editor has a text that is not in a file yet, and needs its mistakes and their repairs.
func ExampleWorkspace() {
	ctx := context.Background()
	var w interp.Workspace
	const wrong = "net n [N, 3, H = 8, W = 8] -> [N, 5] {\n  gap -> fc: linear(5)\n}\n"
	if err := w.Read("new.cnn", strings.NewReader(wrong)); err != nil {
		log.Fatal(err)
	}
	found, err := w.Check(ctx, "new.cnn", interp.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, problem := range found.Problems {
		fmt.Println(problem)
	}
	text, made := found.Fixed()
	fmt.Println(len(made), "repair:")
	fmt.Print(text)

	w.Edit("new.cnn", text)
	if found, err = w.Check(ctx, "new.cnn", interp.Options{}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(found.Problems), "problems,", len(found.Nets), "net,", found.Contracts()[0].Status)
	// Output:
	// new.cnn:1:32: error[E0501]: the signature of `n` claims 2 axes, its body makes [1, 5, 1, 1]
	// 1 repair:
	// net n [N, 3, H = 8, W = 8] -> [N, 5] {
	//   gap -> flatten -> fc: linear(5)
	// }
	// 0 problems, 1 net, proved
}

// A file of weights says what it is, what it holds, and which net it is for.
func ExampleWeights_Open() {
	f, err := interp.WeightsFile("../testdata/weights/tiny_wrapped.pth").Open()
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	about := f.About()
	fmt.Printf("%s, %d tensors at %s\n", about.Format, len(f.Tensors()), about.Key)
	p, err := interp.Read("small.cnn", strings.NewReader(small))
	if err != nil {
		log.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		log.Fatal(err)
	}
	nearest, err := f.Against(context.Background(), []*interp.Net{n})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(nearest[0].Net.Name, nearest[0].Fits())
	text, err := f.Skeleton()
	if err != nil {
		log.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "conv1: ") {
			fmt.Print(line)
			break
		}
	}
	// Output:
	// PyTorch (zip, pickle protocol 2), 38 tensors at state_dict
	// small false
	//     conv1: conv(8, 3x3, pad=same, bias=false) -> bn1: bn
}

// Mistakes of a text are an error that holds every diagnostic with its place.
func ExampleProgramError() {
	p, err := interp.Read("small.cnn", strings.NewReader(strings.Replace(small, "relu", "rleu", 1)))
	if err != nil {
		log.Fatal(err)
	}
	_, err = p.Net(interp.Options{})
	var wrong *interp.ProgramError
	if errors.As(err, &wrong) {
		for _, problem := range wrong.Problems {
			at := problem.Span.Start
			fmt.Printf("%s, line %d: %s\n", problem.Code, at.Line, problem.Message)
			fmt.Println(wrong.Files(at.Filename).Line(at.Line))
		}
	}
	// Output:
	// E0201, line 2: there is no block or operation `rleu`
	//   conv(16, 3x3, pad=1) -> rleu -> gap -> flatten -> fc: linear(classes)
}
