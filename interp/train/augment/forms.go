package augment

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cnnlang/interp/train/recipe"
)

// A form is a kind of change: its parameters, and how it is made of arguments.
type form struct {
	parameters []parameter
	bytes      bool // whether it needs to know what black and white are
	make       func(Settings, args) (any, error)
}

// chanceOf is the parameter of a change that is not always made.
func chanceOf(standard float64) parameter {
	return parameter{name: "p", high: 1, standard: span{standard, standard}, onlyOne: true}
}

// forms are all kinds, by name.
var forms = map[string]form{
	"random_resized_crop": {make: newResizedCrop, parameters: []parameter{
		{name: "scale", low: 1e-6, high: 1, standard: span{0.08, 1}},
		{name: "ratio", low: 1e-3, high: 1e3, standard: span{3.0 / 4, 4.0 / 3}},
	}},
	"pad_crop":  {make: newPadCrop, parameters: []parameter{{name: "pixels", high: 1 << 16, onlyOne: true}}},
	"flip":      {make: newFlip, parameters: []parameter{chanceOf(0.5)}},
	"flip_rows": {make: newFlipRows, parameters: []parameter{chanceOf(0.5)}},
	"rotate":    {make: newAffine, parameters: []parameter{{name: "degrees", low: -360, high: 360, around: aroundNil}}},
	"affine": {make: newAffine, parameters: []parameter{
		{name: "rotate", low: -360, high: 360, around: aroundNil},
		{name: "scale", low: 0, high: 1e3, around: aroundOne, standard: span{1, 1}},
		{name: "shear", low: -10, high: 10, around: aroundNil},
		{name: "shift", low: -1, high: 1, around: aroundNil},
		{name: "aspect", low: 0.01, high: 100, around: aroundOne, standard: span{1, 1}},
	}},
	"color_jitter": {bytes: true, make: newJitter, parameters: []parameter{
		{name: "brightness", high: 100, around: aroundOne, standard: span{1, 1}},
		{name: "contrast", high: 100, around: aroundOne, standard: span{1, 1}},
		{name: "saturation", high: 100, around: aroundOne, standard: span{1, 1}},
		{name: "hue", low: -0.5, high: 0.5, around: aroundNil},
	}},
	"grey":         {bytes: true, make: newGrey, parameters: []parameter{chanceOf(0.1)}},
	"invert":       {bytes: true, make: newInvert, parameters: []parameter{chanceOf(0.5)}},
	"blur":         {make: newBlur, parameters: []parameter{{name: "sigma", high: 100, standard: span{0.1, 2}}}},
	"dilate":       {make: newDilate, parameters: []parameter{chanceOf(0.5)}},
	"erode":        {make: newErode, parameters: []parameter{chanceOf(0.5)}},
	"noise":        {make: newNoise, parameters: []parameter{{name: "sigma", high: 1e6, standard: span{0.05, 0.05}}}},
	"random_erase": {make: newErase, parameters: []parameter{chanceOf(0.5), {name: "area", high: 1, standard: span{0.02, 1.0 / 3}}}},
	"mixup":        {make: newMixup, parameters: []parameter{{name: "alpha", low: 1e-3, high: 1e3, standard: span{0.2, 0.2}, onlyOne: true}}},
	"cutmix":       {make: newCutmix, parameters: []parameter{{name: "alpha", low: 1e-3, high: 1e3, standard: span{1, 1}, onlyOne: true}}},
}

// make makes a *resizedCrop, a change or a mix.
func (s Settings) make(a recipe.Augmentation) (any, error) {
	f, ok := forms[a.Name]
	if !ok {
		return nil, fmt.Errorf("is no augmentation, want one of %s", strings.Join(slices.Sorted(maps.Keys(forms)), ", "))
	}
	if f.bytes && s.Numbers {
		return nil, errors.New("needs pictures, of which it is known what is black and white; got an array of floating-point numbers, save it as uint8")
	}
	given, err := read(a, f.parameters)
	if err != nil {
		return nil, err
	}
	return f.make(s, given)
}
