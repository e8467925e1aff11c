package main

import "testing"

// Files of other programs in which one construct is repeated.
var imports = []struct{ name, file, template string }{
	{"a row", "net.cfg", cfg + "‹[convolutional]\nfilters=8\nsize=3\npad=1\nbatch_normalize=1\nactivation=leaky\n›"},
	{"other rows", "net.cfg", cfg + "‹[convolutional]\nfilters=‣\n›"},
	{"shortcuts", "net.cfg", cfg + "[convolutional]\nfilters=8\n‹[convolutional]\nfilters=8\n[convolutional]\nfilters=8\n[shortcut]\nfrom=-3\nactivation=relu\n›"},
	{"routes to the first", "net.cfg", cfg + "[convolutional]\n‹[route]\nlayers=0,-1\n[convolutional]\nfilters=2\n›"},
	{"outputs", "net.cfg", cfg + "‹[convolutional]\nfilters=8\nactivation=linear\n[yolo]\n[route]\nlayers=-2\n›[convolutional]\n"},
	{"options", "net.cfg", cfg + "[convolutional]\n‹unknown•=•\n›"},
	{"unknown sections", "net.cfg", cfg + "‹[hologram•]\n›"},
	{"layers", "net.prototxt", prototxt + `‹layer { name: "conv•" type: "Convolution" bottom: "data" top: "data" convolution_param { num_output: 3 kernel_size: 1 } } layer { name: "relu•" type: "ReLU" bottom: "data" top: "data" }
›`},
	{"names of two words", "net.prototxt", prototxt + `‹layer { name: "a•/x1" type: "Convolution" bottom: "data" top: "b" convolution_param { num_output: 5 kernel_size: 1 } } layer { name: "a•/x2" type: "Convolution" bottom: "b" top: "c" convolution_param { num_output: 3 kernel_size: 3 pad: 1 } } layer { name: "a•" type: "Eltwise" bottom: "c" bottom: "data" top: "data" }
›`},
	{"names without order", "net.prototxt", prototxt + `‹layer { name: "x•y↓" type: "Convolution" bottom: "data" top: "data" convolution_param { num_output: ‣ kernel_size: 1 } }
›`},
	{"branches", "net.prototxt", prototxt + `‹layer { name: "a•" type: "Convolution" bottom: "data" top: "a•" convolution_param { num_output: 3 kernel_size: 1 } }
›layer { name: "sum" type: "Eltwise" ‹bottom: "a•" › top: "sum" }`},
	{"values read at the end", "net.prototxt", prototxt + `layer { name: "a" type: "TanH" bottom: "data" top: "v0" } ‹layer { name: "a•" type: "TanH" bottom: "v•" top: "v‣" }
›layer { name: "sum" type: "Eltwise" ‹bottom: "v•" › top: "sum" }`},
	{"dense layers", "net.prototxt", prototxt + `‹layer { name: "conv•" type: "Convolution" bottom: "data" top: "x" convolution_param { num_output: 1 kernel_size: 1 } } layer { name: "join•" type: "Concat" bottom: "data" bottom: "x" top: "data" }
›`},
	{"slices", "net.prototxt", `input: "data" input_dim: 1 input_dim: ⟨n⟩ input_dim: 2 input_dim: 2 layer { name: "s" type: "Slice" bottom: "data" ‹top: "s•" › } layer { name: "sum" type: "Eltwise" ‹bottom: "s•" › top: "sum" }`},
	{"settings", "net.prototxt", prototxt + `layer { name: "a" type: "ReLU" bottom: "data" top: "a" relu_param { ‹unknown•: • › } }`},
	{"layers of Keras", "model.json", keras + `‹, {"class_name": "Conv2D", "config": {"name": "conv_•", "filters": 4, "kernel_size": [3, 3], "padding": "same", "activation": "relu"}}
›]}}}, "weightsManifest": []}`},
	{"other layers of Keras", "model.json", keras + `‹, {"class_name": "Conv2D", "config": {"name": "conv_•", "filters": ‣, "kernel_size": [1, 1]}}, {"class_name": "BatchNormalization", "config": {"name": "bn_•"}}
›]}}}, "weightsManifest": []}`},
	{"models in models", "model.json", keras + `‹, {"class_name": "Sequential", "config": {"name": "m•", "layers": [{"class_name": "Activation", "config": {"name": "a", "activation": "tanh"}}›‹]}}›]}}}, "weightsManifest": []}`},
}

const (
	cfg      = "[net]\nheight=8\nwidth=8\nchannels=3\n"
	prototxt = "input: \"data\" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8\n"
	keras    = `{"format": "layers-model", "modelTopology": {"model_config": {"class_name": "Sequential", "config": {"layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 8, 8, 3]}}`
)

// TestStatementsOfImportsGrow counts, as TestStatementsGrowWithTheText does, what an import takes of files that grow.
func TestStatementsOfImportsGrow(t *testing.T) {
	if testing.CoverMode() != "count" {
		t.Skip("takes minutes; .ci/run has it as stage grows: -cover -covermode count -coverpkg ./...")
	}
	const small, times, most, slack = 125, 4, 5.0, 500_000
	for _, i := range imports {
		t.Run(i.name, func(t *testing.T) {
			t.Parallel()
			for _, command := range []string{"import --no-weights " + i.file, "import --no-weights --flat " + i.file} {
				count := func(size int) int {
					n, _ := executed(t, map[string]string{i.file: growth{template: i.template}.text(size)}, []string{command})
					return n
				}
				for size := small; ; size *= 2 {
					few, many := count(size), count(times*size)
					t.Logf("%s: %d for %d, %d for %d", command, few, size, many, times*size)
					if float64(many) <= most*float64(few)+slack {
						break
					}
					if size > small {
						t.Errorf("%s: %d for %d, %d for %d", command, few, size, many, times*size)
						break
					}
				}
			}
		})
	}
}
