package onnx

import "cnnlang/ops"

// An operator says how a node of its kind is imported.
type operator struct {
	inputs int // that must be there
	// do is for a node that reads a computed value; nil for one that is folded or nothing.
	do func(*call) *value
}

// operators are ONNX's own, in all versions up to newestOpset: a function that differs with the
// opset asks for it.
var operators = map[string]operator{
	"Constant":        {0, nil},
	"ConstantOfShape": {1, nil},
	"Range":           {3, nil},
	"Shape":           {1, nil},
	"Size":            {1, nil},
	"Equal":           {2, nil},
	"Less":            {2, nil},
	"Greater":         {2, nil},
	"LessOrEqual":     {2, nil},
	"GreaterOrEqual":  {2, nil},
	"And":             {2, nil},
	"Or":              {2, nil},
	"Not":             {1, nil},
	"Where":           {3, nil},
	"ReduceProd":      {1, nil},

	"Conv":                  {2, (*call).conv},
	"ConvTranspose":         {2, (*call).deconv},
	"Gemm":                  {2, (*call).gemm},
	"MatMul":                {2, (*call).matmul},
	"BatchNormalization":    {5, (*call).batchNorm},
	"InstanceNormalization": {3, (*call).instanceNorm},
	"GroupNormalization":    {3, (*call).groupNorm},
	"LayerNormalization":    {2, (*call).layerNorm},
	"LRN":                   {1, (*call).lrn},
	"Softmax":               {1, (*call).softmax},

	"MaxPool":           {1, (*call).pool},
	"AveragePool":       {1, (*call).pool},
	"GlobalMaxPool":     {1, (*call).globalPool},
	"GlobalAveragePool": {1, (*call).globalPool},
	"ReduceMean":        {1, (*call).reduce},
	"ReduceMax":         {1, (*call).reduce},
	"ReduceMin":         {1, (*call).reduce},
	"ReduceL1":          {1, (*call).reduce},
	"ReduceSumSquare":   {1, (*call).reduce},
	"ReduceSum":         {1, (*call).reduce},
	"ReduceL2":          {1, (*call).reduce},

	"Relu":        {1, activate(ops.ReLU.Op())},
	"Sigmoid":     {1, activate(ops.Sigmoid.Op())},
	"Tanh":        {1, activate(ops.Tanh.Op())},
	"Softplus":    {1, activate(ops.Softplus.Op())},
	"HardSwish":   {1, activate(ops.HardSwish.Op())},
	"Mish":        {1, activate(ops.Mish.Op())},
	"LeakyRelu":   {1, (*call).leaky},
	"Elu":         {1, (*call).leaky},
	"Gelu":        {1, (*call).leaky},
	"Celu":        {1, (*call).leaky},
	"Selu":        {1, (*call).leaky},
	"Softsign":    {1, (*call).softsign},
	"HardSigmoid": {1, (*call).hardSigmoid},
	"PRelu":       {2, (*call).prelu},
	"Clip":        {1, (*call).clip},
	"Pow":         {2, (*call).raise},
	"Erf":         {1, element},
	"Sqrt":        {1, element},
	"Reciprocal":  {1, element},
	"Exp":         {1, element},
	"Abs":         {1, element},
	"Neg":         {1, func(c *call) *value { return c.piece(affine{-1, 0}, c.data(0).shape, c.data(0)) }},

	"Add":    {2, (*call).combine},
	"Sub":    {2, (*call).combine},
	"Mul":    {2, (*call).combine},
	"Div":    {2, (*call).combine},
	"Sum":    {1, (*call).merge},
	"Max":    {1, (*call).merge},
	"Min":    {1, (*call).merge},
	"Mean":   {1, (*call).merge},
	"Concat": {1, (*call).concat},
	"Expand": {2, (*call).expand},

	"Flatten":      {1, (*call).reshape},
	"Reshape":      {1, (*call).reshape},
	"Squeeze":      {1, (*call).reshape},
	"Unsqueeze":    {1, (*call).reshape},
	"Transpose":    {1, (*call).transpose},
	"Slice":        {1, (*call).slice},
	"Split":        {1, (*call).split},
	"Gather":       {2, (*call).gather},
	"Pad":          {1, (*call).pad},
	"DepthToSpace": {1, (*call).depthToSpace},
	"SpaceToDepth": {1, (*call).spaceToDepth},
	"Resize":       {1, (*call).resize},
	"Upsample":     {1, (*call).resize},

	"Dropout":  {1, (*call).dropout},
	"Identity": {1, (*call).same},
	"Cast":     {1, (*call).cast},
}
