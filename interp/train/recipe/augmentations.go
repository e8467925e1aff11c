package recipe

// An Argument is one of an augmentation, with what it may be.
type Argument struct {
	Name        string
	Least, Most float64
	Standard    []float64 // where it is not given, nil where it has to be
	Range       bool      // it is one number, or the smaller and the larger of two
	Whole       bool      // it is a whole number
	Around      Centre    // the range that one number stands for
}

// A Centre says which range one number s stands for.
type Centre int

// The ranges.
const (
	Alone     Centre = iota // s itself
	AroundOne               // 1-s to 1+s, from 0 on
	AroundNil               // -s to s
)

// Augmentations are the changes of pictures that there are, each with its arguments in the order of the language.
var Augmentations = map[string][]Argument{
	"random_resized_crop": {
		{Name: "scale", Least: 1e-6, Most: 1, Standard: []float64{0.08, 1}, Range: true},
		{Name: "ratio", Least: 1e-3, Most: 1e3, Standard: []float64{3. / 4, 4. / 3}, Range: true},
	},
	"pad_crop":  {{Name: "pixels", Most: 1 << 16, Whole: true}},
	"flip":      {chance(0.5)},
	"flip_rows": {chance(0.5)},
	"rotate":    {{Name: "degrees", Least: -360, Most: 360, Range: true, Around: AroundNil}},
	"affine": {
		{Name: "rotate", Least: -360, Most: 360, Standard: []float64{0}, Range: true, Around: AroundNil},
		{Name: "scale", Most: 1e3, Standard: []float64{1, 1}, Range: true, Around: AroundOne},
		{Name: "shear", Least: -10, Most: 10, Standard: []float64{0}, Range: true, Around: AroundNil},
		{Name: "shift", Least: -1, Most: 1, Standard: []float64{0}, Range: true, Around: AroundNil},
		{Name: "aspect", Least: 0.01, Most: 100, Standard: []float64{1, 1}, Range: true, Around: AroundOne},
	},
	"color_jitter": {
		{Name: "brightness", Most: 100, Standard: []float64{0}, Range: true, Around: AroundOne},
		{Name: "contrast", Most: 100, Standard: []float64{0}, Range: true, Around: AroundOne},
		{Name: "saturation", Most: 100, Standard: []float64{0}, Range: true, Around: AroundOne},
		{Name: "hue", Least: -0.5, Most: 0.5, Standard: []float64{0}, Range: true, Around: AroundNil},
	},
	"grey":         {chance(0.1)},
	"invert":       {chance(0.5)},
	"blur":         {{Name: "sigma", Most: 100, Standard: []float64{0.1, 2}, Range: true}},
	"dilate":       {chance(0.5)},
	"erode":        {chance(0.5)},
	"noise":        {{Name: "sigma", Most: 1e6, Standard: []float64{0.05}, Range: true}},
	"random_erase": {chance(0.5), {Name: "area", Most: 1, Standard: []float64{0.02, 1. / 3}, Range: true}},
	"mixup":        {alpha(0.2)},
	"cutmix":       {alpha(1)},
}

// chance is the probability of a change.
func chance(standard float64) Argument {
	return Argument{Name: "p", Most: 1, Standard: []float64{standard}}
}

// alpha is both parameters of a beta distribution.
func alpha(standard float64) Argument {
	return Argument{Name: "alpha", Least: 1e-3, Most: 1e3, Standard: []float64{standard}}
}
