package diag

// A Code is the stable name of one kind of mistake. Codes are never reused:
// E01xx text, E02xx names and imports, E03xx arguments and flow, E04xx shapes,
// E05xx contracts, E06xx weights, E07xx running, E08xx limits, W lints. Each has a
// page in pages.
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
	TwoShapes         Code = "E0321"
	PatternLength     Code = "E0322"
	UnnamedPort       Code = "E0323"
	UnknownTrain      Code = "E0324"

	ShapesDiffer  Code = "E0401"
	WrongRank     Code = "E0402"
	WindowTooBig  Code = "E0403"
	NotDivisible  Code = "E0404"
	InputMismatch Code = "E0405"
	Several       Code = "E0406"
	CountDiffers  Code = "E0407"

	ClaimFails     Code = "E0501"
	WhereFails     Code = "E0502"
	Refuted        Code = "E0503"
	ExpectFails    Code = "E0504"
	IsFails        Code = "E0505"
	SideDoesNotFit Code = "E0506"
	MetaUnfit      Code = "E0507"
	TrainUnfit     Code = "E0508"

	WeightNames  Code = "E0601"
	WeightShapes Code = "E0602"
	NameClash    Code = "E0603"
	UnfitRow     Code = "E0604"
	UnknownOrder Code = "E0605"

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
	NeverEqual      Code = "W0313"
	MetaPixels      Code = "W0314"
	MetaCrop        Code = "W0315"
	ProductAsDims   Code = "W0316"
	OtherOrder      Code = "W0317"
	EmptyBeside     Code = "W0318"
)

// Name is the code's name in words, "" for an unknown code.
func (c Code) Name() string {
	page, _ := Explain(c)
	return page.Name
}

// Severity is what the code's letter stands for.
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
