package augment

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cnnlang/interp/train/recipe"
)

// A form is how a kind of change is made of its arguments, which package recipe has.
type form struct {
	bytes bool // whether it needs to know what black and white are
	moves bool // whether it moves pixels and changes none
	make  func(Settings, args) (any, error)
}

// forms are all kinds, by name.
var forms = map[string]form{
	"random_resized_crop": {make: newResizedCrop, moves: true},
	"pad_crop":            {make: newPadCrop, moves: true},
	"flip":                {make: newFlip, moves: true},
	"flip_rows":           {make: newFlipRows, moves: true},
	"rotate":              {make: newAffine, moves: true},
	"affine":              {make: newAffine, moves: true},
	"color_jitter":        {make: newJitter, bytes: true},
	"grey":                {make: newGrey, bytes: true},
	"invert":              {make: newInvert, bytes: true},
	"blur":                {make: newBlur},
	"dilate":              {make: newDilate},
	"erode":               {make: newErode},
	"noise":               {make: newNoise},
	"random_erase":        {make: newErase},
	"mixup":               {make: newMixup, moves: true},
	"cutmix":              {make: newCutmix},
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
	given, err := read(a)
	if err != nil {
		return nil, err
	}
	return f.make(s, given)
}
