package diag

// A Code is the stable name of one kind of mistake. Codes are never reused:
// E01xx text, E02xx names and imports, E03xx arguments and flow, E04xx shapes,
// E05xx contracts, E06xx weights, E07xx running, E08xx limits, W lints.
type Code string

// The codes.
const (
	Syntax         Code = "E0101"
	Bracket        Code = "E0102"
	OpenString     Code = "E0103"
	StrayCharacter Code = "E0104"
	Assignment     Code = "E0105"
	MissingArrow   Code = "E0106"
	ReservedWord   Code = "E0107"

	UnknownName    Code = "E0201"
	DuplicateName  Code = "E0202"
	ImportNotFound Code = "E0203"
	ImportCycle    Code = "E0204"
	PrivateName    Code = "E0205"
	MissingBody    Code = "E0206"
	PresetCycle    Code = "E0207"

	MissingArgument   Code = "E0301"
	UnknownArgument   Code = "E0302"
	WrongType         Code = "E0303"
	TooManyArguments  Code = "E0304"
	BadValue          Code = "E0305"
	InexactDivision   Code = "E0306"
	BadIndex          Code = "E0307"
	DivisionByZero    Code = "E0308"
	UnknownTap        Code = "E0309"
	DuplicateTap      Code = "E0310"
	NotAStep          Code = "E0311"
	DroppedValue      Code = "E0312"
	Branches          Code = "E0313"
	MisplacedFact     Code = "E0314"
	UnknownMeta       Code = "E0315"
	DuplicatePath     Code = "E0316"
	BadLabel          Code = "E0317"
	UnnamedSide       Code = "E0318"
	NumberOutOfRange  Code = "E0319"
	UnknownLabelShape Code = "E0320"

	ShapesDiffer  Code = "E0401"
	WrongRank     Code = "E0402"
	WindowTooBig  Code = "E0403"
	NotDivisible  Code = "E0404"
	InputMismatch Code = "E0405"

	ClaimFails     Code = "E0501"
	WhereFails     Code = "E0502"
	Refuted        Code = "E0503"
	ExpectFails    Code = "E0504"
	IsFails        Code = "E0505"
	SideDoesNotFit Code = "E0506"
	MetaUnfit      Code = "E0507"

	WeightNames  Code = "E0601"
	WeightShapes Code = "E0602"

	TooLong      Code = "E0801"
	TooDeep      Code = "E0802"
	TooManyNodes Code = "E0803"
	TooManySteps Code = "E0804"
	TooManyFiles Code = "E0805"
	TensorTooBig Code = "E0806"
	TooDeepCalls Code = "E0807"

	UnusedTap       Code = "W0301"
	UnusedBlock     Code = "W0302"
	UnusedImport    Code = "W0303"
	UnusedLet       Code = "W0304"
	UnusedParameter Code = "W0305"
	EvenHalf        Code = "W0306"
	UnlabelledStep  Code = "W0307"
	LooseRepeat     Code = "W0308"
	MissingWhere    Code = "W0309"
	ForeignOrder    Code = "W0310"
	ChannelsLast    Code = "W0311"
	MetaPixels      Code = "W0314"
	MetaCrop        Code = "W0315"
	ProductAsDims   Code = "W0316"
)

// Codes lists every code in order with what a person calls it.
var Codes = []struct {
	Code Code
	Name string
}{
	{Syntax, "unexpected text"},
	{Bracket, "bracket without its partner"},
	{OpenString, "string without its end"},
	{StrayCharacter, "character that means nothing"},
	{Assignment, "assignment in a pipeline"},
	{MissingArrow, "two steps without an arrow"},
	{ReservedWord, "reserved word as a name"},
	{UnknownName, "unknown name"},
	{DuplicateName, "name declared twice"},
	{ImportNotFound, "import not found"},
	{ImportCycle, "import cycle"},
	{PrivateName, "private name imported"},
	{MissingBody, "block without a body"},
	{PresetCycle, "block cycle"},
	{MissingArgument, "missing argument"},
	{UnknownArgument, "unknown argument"},
	{WrongType, "value of the wrong type"},
	{TooManyArguments, "too many arguments"},
	{BadValue, "argument out of its range"},
	{InexactDivision, "number that must be whole"},
	{BadIndex, "index outside a list"},
	{DivisionByZero, "division by zero"},
	{UnknownTap, "unknown tap"},
	{DuplicateTap, "tap named twice"},
	{NotAStep, "not a step"},
	{DroppedValue, "value dropped"},
	{Branches, "branches in the wrong place"},
	{MisplacedFact, "statement in the wrong place"},
	{UnknownMeta, "unknown meta key"},
	{DuplicatePath, "two tensors with one name"},
	{BadLabel, "label that cannot be part of a path"},
	{UnnamedSide, "side head or stage without a name"},
	{NumberOutOfRange, "number out of range"},
	{UnknownLabelShape, "shape of an unknown step"},
	{ShapesDiffer, "branches of different shapes"},
	{WrongRank, "wrong number of axes"},
	{WindowTooBig, "window larger than its input"},
	{NotDivisible, "channels that groups do not divide"},
	{InputMismatch, "input that the signature excludes"},
	{ClaimFails, "signature that does not hold"},
	{WhereFails, "requirement that does not hold"},
	{Refuted, "block that is wrong for some parameters"},
	{ExpectFails, "fact that does not hold"},
	{IsFails, "shape that is not as stated"},
	{SideDoesNotFit, "side head that does not fit the input"},
	{MetaUnfit, "meta that does not fit the net"},
	{WeightNames, "weights of other names"},
	{WeightShapes, "weights of other shapes or types"},
	{TooLong, "file too long"},
	{TooDeep, "nested too deep"},
	{TooManyNodes, "network too large"},
	{TooManySteps, "evaluation too long"},
	{TooManyFiles, "too many imports"},
	{TensorTooBig, "tensor too large"},
	{TooDeepCalls, "blocks nested too deep"},
	{UnusedTap, "tap that is never read"},
	{UnusedBlock, "unused block"},
	{UnusedImport, "unused import"},
	{UnusedLet, "unused value"},
	{UnusedParameter, "unused parameter"},
	{EvenHalf, "even window with `half`"},
	{UnlabelledStep, "step without a label in a net with published weights"},
	{LooseRepeat, "repeat that numbers on"},
	{MissingWhere, "requirement that no `where` states"},
	{ForeignOrder, "arguments in the order of another framework"},
	{ChannelsLast, "input with its channels last"},
	{MetaPixels, "meta for pixels of another range"},
	{MetaCrop, "pictures of another size than the input"},
	{ProductAsDims, "product in place of a height and a width"},
}

// Name is what a person calls the code, "" for an unknown one.
func (c Code) Name() string {
	for _, known := range Codes {
		if known.Code == c {
			return known.Name
		}
	}
	return ""
}

// Severity is what the code's letter says.
func (c Code) Severity() Severity {
	if c != "" && c[0] == 'W' {
		return Warning
	}
	return Error
}

// IsLimit reports whether the code says that a limit was hit.
func (c Code) IsLimit() bool { return len(c) == 5 && c[:3] == "E08" }

// IsText reports whether the code says that text could not be read.
func (c Code) IsText() bool { return len(c) == 5 && (c[:3] == "E01" || c == TooDeep || c == TooLong) }
