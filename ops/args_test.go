package ops_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

func TestNew(t *testing.T) {
	padding := ops.Padding{Mode: ops.Half}
	got, err := ops.New("conv", map[string]any{
		"out": dim.Int(64), "k": pair(3, 5), "stride": pair(1, 2), "pad": padding,
		"groups": dim.Int(2), "dilation": pair(1, 1), "bias": true,
	})
	want := &ops.Conv{Out: dim.Int(64), K: pair(3, 5), Stride: pair(1, 2), Pad: padding,
		Groups: dim.Int(2), Dilation: pair(1, 1), Bias: true}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if _, err := ops.New("convolve", nil); err == nil || err.Error() != `ops: no op is called "convolve"` {
		t.Errorf("got %v", err)
	}
}

// New gives every op apart: what one is filled with, no other shows.
func TestNewCopies(t *testing.T) {
	a, _ := ops.New("scale", map[string]any{"s": dim.Int(2)})
	b, _ := ops.New("scale", map[string]any{"s": dim.Int(3)})
	if a.(*ops.Scale).S != dim.Int(2) || b.(*ops.Scale).S != dim.Int(3) {
		t.Errorf("got %v and %v", a, b)
	}
}

func TestNewPanics(t *testing.T) {
	for _, c := range []struct {
		args map[string]any
		want string
	}{
		{nil, "ops: scale: argument s is missing"},
		{map[string]any{"s": 2}, "ops: scale: argument s is a int, want dim.Size"},
		{map[string]any{"s": nil}, "ops: scale: argument s is a <nil>, want dim.Size"},
		{map[string]any{"s": dim.Int(2), "t": dim.Int(2)}, "ops: scale: 2 arguments for 1 parameters"},
	} {
		func() {
			defer func() {
				if got := recover(); got != c.want {
					t.Errorf("%v: got panic %v, want %s", c.args, got, c.want)
				}
			}()
			ops.New("scale", c.args)
		}()
	}
}

// The whole table, in the order of prelude.cnn, with the prelude's names.
func TestParameters(t *testing.T) {
	var got []string
	for _, op := range ops.Builtins {
		text := op.Name()
		for _, p := range ops.Parameters(op.Name()) {
			text += fmt.Sprintf(" %s:%v", p.Name, p.Kind)
		}
		got = append(got, text)
	}
	want := strings.Split(`conv out:number k:dims stride:dims pad:pad groups:number dilation:dims bias:bool
deconv out:number k:dims stride:dims pad:pad groups:number dilation:dims output_pad:dims bias:bool
linear out:number bias:bool
bn eps:number scale:bool shift:bool
layer_norm eps:number
group_norm groups:number eps:number scale:bool shift:bool
instance_norm eps:number scale:bool shift:bool
lrn size:number alpha:number beta:number k:number
l2_normalize eps:number
relu
relu6
leaky_relu slope:number
prelu per_channel:bool
hard_sigmoid slope:number
hard_swish
sigmoid
silu
gelu approximate:bool
tanh
elu alpha:number
softplus
mish
softmax axis:number
maxpool k:dims stride:dims pad:pad ceil:bool
avgpool k:dims stride:dims pad:pad ceil:bool count_pad:bool
avgpool_to k:dims
gap
reduce_mean axis:list
reduce_max axis:list
flatten
dropout p:number
drop_path p:number
id
scale s:number
pow p:number
param shape:list init:number
channel_affine scale:list shift:list
slice from:number to:number
channel_shuffle groups:number
pixel_shuffle r:number
pixel_unshuffle r:number
resize size:dims mode:string align_corners:bool
pad by:pad mode:string
crop by:pad
reshape shape:list
permute axes:list
add
mul
max
mean
concat axis:number
matmul`, "\n")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if ops.Parameters("nothing") != nil {
		t.Error("parameters of an op that does not exist")
	}
}
