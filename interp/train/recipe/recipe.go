// Package recipe is how a net is trained, as the section `train { … }` of its text says it, with
// all defaults filled in. It holds settings and computes nothing.
package recipe

// A Recipe is one section.
type Recipe struct {
	Name string // "" of the section without a name, else as in `train finetune { … }`

	Loss      Loss
	Sides     []float64 // weights of the side heads, in the order of the text; 0 leaves one out
	Optimizer Optimizer
	Schedule  Schedule
	Warmup    float64 // epochs in which the rate rises linearly from a hundredth

	WeightDecay float64
	NoDecay     []string // paths of steps, leaves of tensors (bias) or operations (bn) whose tensors do not decay
	ClipNorm    float64  // the longest that all gradients together may be; 0 for any length
	ClipValue   float64  // the largest that an element of a gradient may be; 0 for any
	Rates       []Rate
	HeadRate    float64  // factor of the rate of tensors that no file gave
	Freeze      []string // paths whose tensors stay as they are
	HeadEpochs  int      // epochs before the others in which only tensors learn that no file gave

	BatchStatistics bool    // bn normalises with the statistics of the batch, not with stored ones
	BNMomentum      float64 // the share of a batch in running statistics, as torch counts it
	RecomputeBN     int     // images whose statistics replace the running ones in what is checked and written; 0 for none
	EMA             float64 // decay of the running average of all tensors; 0 for none
	WarmEMA         bool    // the decay of step t is at most (1+t)/(10+t)

	Batch, Micro int // images of a step; of one pass through the net, 0 for all at once
	Epochs       int
	Seed         uint64
	StopAfter    int // epochs without progress after which training ends; 0 for never

	Augment      []Augmentation
	UsualAugment bool    // Augment is not said: random_resized_crop and flip for pictures in folders, nothing for arrays
	Shrink       float64 // pictures are shrunk to this multiple of the crop before any augmentation
	Views        int     // versions in which a picture comes while the first tensors are frozen; 0 for a new one each epoch, -1 for what is usual
	ClassWeights Weights
	Balance      bool // each class is drawn equally often
	Init         Init
	ZeroLastBN   bool // the scale of the last bn of a branch that is added starts at 0
}

// Pass is how many images are computed at once.
func (r *Recipe) Pass() int {
	if r.Micro == 0 {
		return r.Batch
	}
	return r.Micro
}

// A Loss is what training makes small: a mean over the images of a batch (over pixels or elements).
type Loss struct {
	Kind            LossKind
	Smoothing       float64   // of CrossEntropy and BCE: the share of a target spread over all classes (Szegedy et al. 2015, section 7)
	PositiveWeights []float64 // of BCE: one for each class, nil for 1
	Beta            float64   // of SmoothL1: where the parabola ends
}

// LossKind is which one.
type LossKind string

// The losses; FromData leaves the choice to what the data hold.
const (
	FromData     LossKind = ""
	CrossEntropy LossKind = "cross_entropy"
	BCE          LossKind = "bce"
	MSE          LossKind = "mse"
	L1           LossKind = "l1"
	SmoothL1     LossKind = "smooth_l1"
)

// An Optimizer is a rule that changes tensors by their gradients.
type Optimizer struct {
	Kind OptimizerKind
	LR   float64

	Momentum, Dampening float64 // of SGD and RMSProp
	Nesterov            bool    // of SGD
	Decay               float64 // of RMSProp: of the mean square
	Centered            bool    // of RMSProp
	Variant             Variant // of RMSProp
	Beta1, Beta2        float64 // of Adam and AdamW
	AMSGrad             bool    // of Adam and AdamW: divide by the largest mean square so far
	Eps                 float64 // of RMSProp, Adam and AdamW
}

// OptimizerKind is which one.
type OptimizerKind string

// The optimizers.
const (
	SGD     OptimizerKind = "sgd"
	RMSProp OptimizerKind = "rmsprop"
	Adam    OptimizerKind = "adam"
	AdamW   OptimizerKind = "adamw"
)

// A Variant of RMSProp is whose: they differ in where the mean square starts, where eps is added
// and where the rate is multiplied. There is no default.
type Variant string

// The variants of RMSProp.
const (
	Torch      Variant = "torch"      // the mean square starts at 0, eps beside the root, the rate on the momentum
	TensorFlow Variant = "tensorflow" // at 1, under the root, in the momentum
	Keras      Variant = "keras"      // at 0, under the root, in the momentum
)

// A Schedule is how the rate changes, in epochs, warm-up included.
type Schedule struct {
	Kind   ScheduleKind
	Every  float64   // of Step and Exponential: epochs from one change to the next
	At     []float64 // of Step: epochs of changes, instead of Every
	Factor float64   // of Step and Exponential
	Smooth bool      // of Exponential: the rate falls with every step
	Floor  float64   // of Cosine: the share of the rate at its end
	Power  float64   // of Poly
	Rise   float64   // of OneCycle: the share of all epochs in which the rate rises
}

// ScheduleKind is which one.
type ScheduleKind string

// The schedules.
const (
	Constant    ScheduleKind = "constant"
	Step        ScheduleKind = "step"
	Exponential ScheduleKind = "exponential"
	Cosine      ScheduleKind = "cosine"
	Linear      ScheduleKind = "linear"
	Poly        ScheduleKind = "poly"
	OneCycle    ScheduleKind = "one_cycle"
)

// A Rate is a factor for the tensors below a path.
type Rate struct {
	Path   string
	Factor float64
}

// An Augmentation is a change of pictures at random, by its name in the text, with all arguments;
// a range is two numbers, a flag 0 or 1.
type Augmentation struct {
	Name string
	Args map[string][]float64
}

// Weights are factors of the loss for each class: Auto makes them from how many images each has.
type Weights struct {
	Auto bool
	List []float64 // nil for none
}

// An Init says how tensors start that no file gives.
type Init struct {
	Kind InitKind
	Std  float64 // of Truncated
}

// InitKind is which one.
type InitKind string

// The initialisations of weights; biases start at 0, norms at 1 and 0.
const (
	HeUniform   InitKind = "he_uniform"
	HeNormalOut InitKind = "he_normal_out" // He et al. 2015, counting the outputs
	Truncated   InitKind = "truncated"
)
