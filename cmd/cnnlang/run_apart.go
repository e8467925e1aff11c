package main

import (
	"path/filepath"
	"slices"
)

// Values that are written are in files of their own, each of the kind that its name says.

// apart checks that no two values are written to one file, by whatever names.
func (f *runFlags) apart() error {
	places := map[string]target{}
	for _, t := range f.output.value {
		place := placeOf(t.file)
		if other, taken := places[place]; taken {
			return oneFile(other, t, other.file, t.file)
		}
		places[place] = t
	}
	return nil
}

// apartFor is apart for the files of an image, which are known with its name.
func (f *runFlags) apartFor(image string) error {
	if !slices.ContainsFunc(f.output.value, target.perImage) {
		return nil
	}
	for _, whole := range f.output.value {
		if whole.perImage() {
			continue
		}
		place := placeOf(whole.file)
		for _, t := range f.output.value {
			if t.perImage() && placeOf(t.of(image)) == place {
				return oneFile(whole, t, whole.file, t.file)
			}
		}
	}
	return nil
}

func oneFile(t, other target, file, also string) error {
	if t.name == other.name {
		return usage("%s is given twice", file)
	}
	if file != also {
		also = ", which is " + also
	} else {
		also = ""
	}
	return usage("%v and %v would both be written to %s%s", t, other, file, also).withHelp("name a file for each")
}

// placeOf is where a file is, or would be, as it is without links and dots.
func placeOf(file string) string {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	} else if folder := filepath.Dir(file); folder != file {
		file = filepath.Join(placeOf(folder), filepath.Base(file))
	}
	if whole, err := filepath.Abs(file); err == nil {
		return whole
	}
	return file
}

// arraysAlone checks that no array is written under a name that says another kind of file.
func (f *runFlags) arraysAlone() error {
	for _, t := range f.output.value {
		if ending := otherEnding(t.file, []string{".npy", ".png"}); ending != "" {
			return usage("%v would be an array of NumPy, and %s is the ending of another kind of file", t, ending).
				withHelp("name it with .npy at its end, or with .png where it is a picture")
		}
	}
	return nil
}
