// Package events is the log of a training: one JSON document a line, each written whole and at
// once, so that a log can be read while it grows and after a crash. docs/log.md has every key.
//
//	start  (step | epoch | checkpoint | bad_picture | nan)*  end
//
// A training that is resumed goes on in the same file with another start.
package events

import (
	"encoding/json"
	"math"
)

// Schema names the format; keys and events may be added to a version, and nothing else changes.
const Schema = "cnnlang.train/v1"

// A Number is a number that may not be finite, and is then null.
type Number float64

// MarshalJSON writes a number.
func (n Number) MarshalJSON() ([]byte, error) {
	if v := float64(n); v-v != 0 {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads null as no number.
func (n *Number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

// An Event is a line of a log: *Start, *Step, *Epoch, *Checkpoint, *BadPicture, *NaN or *End.
type Event interface{ event() string }

// A Start says what is trained, and how.
type Start struct {
	Version        string `json:"version"`         // of this program
	Time           string `json:"time"`            // as in RFC 3339
	Net            string `json:"net"`             // name
	Recipe         string `json:"recipe"`          // the whole section `train`, with its defaults
	Seed           string `json:"seed"`            // a decimal, as 64 bits are too many for a number of JSON
	InstructionSet string `json:"instruction_set"` // of the kernels, on which the bits depend
	Threads        int    `json:"threads"`
	Classes        int    `json:"classes,omitempty"`
	Training       int    `json:"training"`   // how many pictures it learns from
	Validation     int    `json:"validation"` // and is checked with
	Parameters     int    `json:"parameters"` // how many numbers learn
	Epochs         int    `json:"epochs"`     // in all, those of the head alone included
	StepsPerEpoch  int    `json:"steps_per_epoch"`
	Resumed        bool   `json:"resumed,omitempty"`
	FirstStep      int    `json:"first_step"` // 0, or where it goes on
}

// A Step is one update of the tensors.
type Step struct {
	Step         int      `json:"step"`  // from 1
	Epoch        int      `json:"epoch"` // from 1
	Loss         Number   `json:"loss"`
	MainLoss     *Number  `json:"main_loss,omitempty"`   // if there are side heads
	SideLosses   []Number `json:"side_losses,omitempty"` // before their weights
	Rate         Number   `json:"rate"`
	GradientNorm Number   `json:"gradient_norm"` // before clipping
	LoadMS       Number   `json:"load_ms"`       // waiting for data
	ComputeMS    Number   `json:"compute_ms"`    // outputs, gradients and new tensors
}

// An Epoch is what an epoch has come to.
type Epoch struct {
	Epoch           int     `json:"epoch"`          // from 1
	Head            bool    `json:"head,omitempty"` // whether only new tensors learned
	Step            int     `json:"step"`           // its last
	Loss            Number  `json:"loss"`           // the mean over its steps
	ValLoss         *Number `json:"val_loss,omitempty"`
	ValTop1         *Number `json:"val_top1,omitempty"` // from 0 to 1
	ValTop5         *Number `json:"val_top5,omitempty"`
	ValPSNR         *Number `json:"val_psnr,omitempty"` // in decibels, where pictures are made
	Rate            Number  `json:"rate"`               // of its last step
	ImagesPerSecond Number  `json:"images_per_second"`
	Waiting         Number  `json:"waiting"` // the share of its time spent waiting for data
	Seconds         Number  `json:"seconds"` // validation included
	Best            bool    `json:"best"`    // whether it is the best so far
}

// A Checkpoint is a state that was saved.
type Checkpoint struct {
	Step int    `json:"step"`
	File string `json:"file"`
	Best bool   `json:"best"` // whether the file holds the best tensors rather than all there is to go on
}

// A BadPicture is a file that is passed over.
type BadPicture struct {
	File    string `json:"file"`
	Message string `json:"message"`
}

// A NaN is a step that gave something that is no finite number, and was not taken.
type NaN struct {
	Step            int      `json:"step"`
	Path            string   `json:"path"`      // of the first step of the net whose value is not finite
	Direction       string   `json:"direction"` // forward or backward
	Pictures        []string `json:"pictures,omitempty"`
	LargestWeight   Number   `json:"largest_weight"`
	LargestGradient Number   `json:"largest_gradient"`
	Rate            Number   `json:"rate"`
	Action          string   `json:"action"` // stop, skip or backoff
}

// An End is how a training ended.
type End struct {
	Step      int     `json:"step"`
	Epoch     int     `json:"epoch"`
	Reason    string  `json:"reason"`               // done, no_progress, interrupted or nan
	BestEpoch int     `json:"best_epoch,omitempty"` // from 1
	ValLoss   *Number `json:"val_loss,omitempty"`   // of the best epoch
	ValTop1   *Number `json:"val_top1,omitempty"`
	ValPSNR   *Number `json:"val_psnr,omitempty"`
	File      string  `json:"file,omitempty"` // with the tensors that are kept
	Seconds   Number  `json:"seconds"`
}

func (*Start) event() string      { return "start" }
func (*Step) event() string       { return "step" }
func (*Epoch) event() string      { return "epoch" }
func (*Checkpoint) event() string { return "checkpoint" }
func (*BadPicture) event() string { return "bad_picture" }
func (*NaN) event() string        { return "nan" }
func (*End) event() string        { return "end" }

// all has one of each; what is drawn is no number before it is read.
func all() []Event {
	none := Number(math.NaN())
	return []Event{new(Start), &Step{Loss: none, Rate: none}, &Epoch{Loss: none, Rate: none}, new(Checkpoint), new(BadPicture), new(NaN), new(End)}
}
