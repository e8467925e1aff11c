package oip

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// facts are what the protocol's specification says of messages: field, number, type, * where it is repeated.
const facts = `
ServerLiveRequest
ServerLiveResponse live 1 bool
ServerReadyRequest
ServerReadyResponse ready 1 bool
ModelReadyRequest name 1 string, version 2 string
ModelReadyResponse ready 1 bool
ServerMetadataRequest
ServerMetadataResponse name 1 string, version 2 string, extensions 3 *string
ModelMetadataRequest name 1 string, version 2 string
ModelMetadataResponse name 1 string, versions 2 *string, platform 3 string, inputs 4 *ModelMetadataResponse.TensorMetadata, outputs 5 *ModelMetadataResponse.TensorMetadata, properties 6 map string
ModelMetadataResponse.TensorMetadata name 1 string, datatype 2 string, shape 3 *int64
ModelInferRequest model_name 1 string, model_version 2 string, id 3 string, parameters 4 map InferParameter, inputs 5 *ModelInferRequest.InferInputTensor, outputs 6 *ModelInferRequest.InferRequestedOutputTensor, raw_input_contents 7 *bytes
ModelInferRequest.InferInputTensor name 1 string, datatype 2 string, shape 3 *int64, parameters 4 map InferParameter, contents 5 InferTensorContents
ModelInferRequest.InferRequestedOutputTensor name 1 string, parameters 2 map InferParameter
ModelInferResponse model_name 1 string, model_version 2 string, id 3 string, parameters 4 map InferParameter, outputs 5 *ModelInferResponse.InferOutputTensor, raw_output_contents 6 *bytes
ModelInferResponse.InferOutputTensor name 1 string, datatype 2 string, shape 3 *int64, parameters 4 map InferParameter, contents 5 InferTensorContents
InferParameter bool_param 1 bool, int64_param 2 int64, string_param 3 string, double_param 4 double, uint64_param 5 uint64
InferTensorContents bool_contents 1 *bool, int_contents 2 *int32, int64_contents 3 *int64, uint_contents 4 *uint32, uint64_contents 5 *uint64, fp32_contents 6 *float, fp64_contents 7 *double, bytes_contents 8 *bytes
`

// methods are those of the service, each with Request and Response behind it.
var methods = []string{"ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata", "ModelInfer"}

func TestDescriptorHasTheFactsOfTheProtocol(t *testing.T) {
	file := File_oip_proto
	if file.Package() != "inference" || file.Syntax() != protoreflect.Proto3 {
		t.Errorf("package %s in %v", file.Package(), file.Syntax())
	}
	var got []string
	var describe func(protoreflect.MessageDescriptors)
	describe = func(all protoreflect.MessageDescriptors) {
		for i := range all.Len() {
			if m := all.Get(i); !m.IsMapEntry() {
				got = append(got, described(m))
				describe(m.Messages())
			}
		}
	}
	describe(file.Messages())
	want := strings.Split(strings.TrimSpace(facts), "\n")
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	choice := file.Messages().ByName("InferParameter").Oneofs()
	if choice.Len() != 1 || choice.Get(0).Name() != "parameter_choice" || choice.Get(0).Fields().Len() != 5 {
		t.Errorf("the values of a parameter are not a choice of five")
	}

	service := file.Services().ByName("GRPCInferenceService")
	if file.Services().Len() != 1 || service == nil || service.Methods().Len() != len(methods) {
		t.Fatalf("the services are %v", file.Services())
	}
	for _, name := range methods {
		m := service.Methods().ByName(protoreflect.Name(name))
		if m == nil || string(m.Input().Name()) != name+"Request" || string(m.Output().Name()) != name+"Response" || m.IsStreamingClient() || m.IsStreamingServer() {
			t.Errorf("%s is %v", name, m)
		}
	}
}

// described is a message as a line of the facts.
func described(m protoreflect.MessageDescriptor) string {
	name := func(m protoreflect.MessageDescriptor) string {
		return strings.TrimPrefix(string(m.FullName()), "inference.")
	}
	kind := func(f protoreflect.FieldDescriptor) string {
		if f.Message() != nil {
			return name(f.Message())
		}
		return f.Kind().String()
	}
	var list []string
	for i := range m.Fields().Len() {
		f := m.Fields().Get(i)
		what := kind(f)
		switch {
		case f.IsMap() && f.MapKey().Kind() == protoreflect.StringKind:
			what = "map " + kind(f.MapValue())
		case f.IsList():
			what = "*" + what
		}
		list = append(list, fmt.Sprintf("%s %d %s", f.Name(), f.Number(), what))
	}
	return strings.TrimSpace(name(m) + " " + strings.Join(list, ", "))
}
