package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// writeTextures makes a folder of three classes, checks, columns and rows, with so many pictures each: stripes of random width, place
// and colour, with noise.
func writeTextures(folder string, each int) error {
	const side = 40
	numbers := rand.New(rand.NewPCG(7, 8))
	for class, name := range []string{"checks", "columns", "rows"} {
		if err := os.MkdirAll(filepath.Join(folder, name), 0o777); err != nil {
			return err
		}
		for i := range each {
			width, phase, tint := 4+numbers.IntN(5), numbers.IntN(16), numbers.IntN(60)
			m := image.NewRGBA(image.Rect(0, 0, side, side))
			for y := range side {
				for x := range side {
					on := []int{(x+phase)/width + (y+phase)/width, (x + phase) / width, (y + phase) / width}[class]%2 == 0
					v := 60 + numbers.IntN(40)
					if on {
						v += 110
					}
					m.SetRGBA(x, y, color.RGBA{uint8(v + tint/3), uint8(v), uint8(v - tint), 255})
				}
			}
			f, err := os.Create(filepath.Join(folder, name, fmt.Sprintf("%s%03d.png", name, i)))
			if err != nil {
				return err
			}
			if err := png.Encode(f, m); err != nil {
				return err
			}
			if err := f.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

// textures FOLDER N: writes textures, so many pictures of each class.
func textures(ts *testscript.TestScript, _ bool, args []string) {
	var each int
	if _, err := fmt.Sscan(args[1], &each); err != nil {
		ts.Fatalf("textures: %v", err)
	}
	ts.Check(writeTextures(ts.MkAbs(args[0]), each))
}

// textureNet learns to tell textures apart in a second.
const textureNet = `import std.resnet { basic }
net tiny(classes = 10) [N, 3, H = 24, W = 24] -> [N, classes] {
  conv1: conv(8, 3x3, stride=2, pad=1, bias=false) -> bn1: bn -> relu
  layer1: { basic(8) }
  layer2: { basic(16, stride=2) }
  gap -> flatten -> fc: linear(classes)
  train { optimizer = sgd(lr=0.05); batch = 16; epochs = 8 }
  train finetune { optimizer = adamw(lr=0.003); batch = 8; epochs = 3; head_epochs = 1; bn = "stored" }
}
`

// trainFolder has textures and the net.
func trainFolder(t *testing.T, each int) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := writeTextures(filepath.Join(folder, "tex"), each); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "tiny.cnn"), []byte(textureNet), 0o666); err != nil {
		t.Fatal(err)
	}
	return folder
}
