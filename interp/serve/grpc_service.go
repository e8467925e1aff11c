package serve

import (
	"context"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/emptypb"

	"cnnlang/interp/serve/internal/oip"
)

// A service is the protocol's, over a Server.
type service struct {
	oip.UnimplementedGRPCInferenceServiceServer
	s *Server
}

// Register adds the protocol's service to a server of gRPC, and gRPC's own service that says how the server is. The
// limits of its memory and of its clients' time are that server's; GRPC is one that has them.
func (s *Server) Register(r grpc.ServiceRegistrar) {
	d := oip.GRPCInferenceService_ServiceDesc
	d.Methods = slices.Clone(d.Methods)
	for i := range d.Methods {
		if d.Methods[i].MethodName == "ModelInfer" {
			d.Methods[i].Handler = inferUnread
		}
	}
	r.RegisterService(&d, service{s: s})
	grpc_health_v1.RegisterHealthServer(r, health{s: s})
}

// inferUnread is the handler of ModelInfer. A message without fields keeps all bytes of what it is read from.
func inferUnread(to any, ctx context.Context, read func(any) error, around grpc.UnaryServerInterceptor) (any, error) {
	message := new(emptypb.Empty)
	if err := read(message); err != nil {
		return nil, err
	}
	infer := func(ctx context.Context, message any) (any, error) {
		response, err := to.(service).infer(ctx, message.(*emptypb.Empty).ProtoReflect().GetUnknown())
		if err != nil {
			return nil, statusOf(ctx, err)
		}
		return response, nil
	}
	if around == nil {
		return infer(ctx, message)
	}
	return around(ctx, message, &grpc.UnaryServerInfo{Server: to, FullMethod: oip.GRPCInferenceService_ModelInfer_FullMethodName}, infer)
}

// infer answers a ModelInferRequest.
func (v service) infer(ctx context.Context, message []byte) (*oip.ModelInferResponse, error) {
	began, call := time.Now(), callOf(ctx)
	m, err := inferMessageOf(message)
	if err != nil {
		return nil, err
	}
	t, err := v.s.slot(m.Model, m.Version)
	if err != nil {
		return nil, err
	}
	call.model = m.Model
	r, err := m.request(t.engine.Load().numbers())
	if err != nil {
		return nil, err
	}
	r.held, r.answer = call.held, 4*copies
	call.decoded = time.Since(began)
	t.watch.took("receive", call.receiving)
	t.watch.took("decode", call.decoded)
	response, err := v.s.Infer(ctx, r)
	if err != nil {
		return nil, err
	}
	call.queued, call.ran, call.images = response.Queued, response.Ran, int(r.Inputs[0].Shape[0])
	t.watch.took("all", call.receiving+time.Since(began))
	return m.response(response), nil
}

// response is the message of a response: its numbers raw, as most clients want them, unless the request says otherwise.
func (m *inferMessage) response(r *Response) *oip.ModelInferResponse {
	out := &oip.ModelInferResponse{ModelName: r.Model, ModelVersion: r.Version, Id: r.ID}
	for _, t := range r.Outputs {
		o := &oip.ModelInferResponse_InferOutputTensor{Name: t.Name, Datatype: datatype, Shape: t.Shape}
		if m.typed {
			o.Contents = &oip.InferTensorContents{Fp32Contents: t.Data}
		} else {
			out.RawOutputContents = append(out.RawOutputContents, appendFloats(make([]byte, 0, 4*len(t.Data)), t.Data))
		}
		out.Outputs = append(out.Outputs, o)
	}
	return out
}

func (v service) ServerLive(context.Context, *oip.ServerLiveRequest) (*oip.ServerLiveResponse, error) {
	return &oip.ServerLiveResponse{Live: true}, nil
}

func (v service) ServerReady(context.Context, *oip.ServerReadyRequest) (*oip.ServerReadyResponse, error) {
	return &oip.ServerReadyResponse{Ready: v.s.Ready()}, nil
}

func (v service) ModelReady(ctx context.Context, r *oip.ModelReadyRequest) (*oip.ModelReadyResponse, error) {
	if _, err := v.s.slot(r.Name, r.Version); err != nil {
		return nil, statusOf(ctx, err)
	}
	callOf(ctx).model = r.Name
	return &oip.ModelReadyResponse{Ready: v.s.Ready()}, nil
}

func (v service) ServerMetadata(context.Context, *oip.ServerMetadataRequest) (*oip.ServerMetadataResponse, error) {
	return &oip.ServerMetadataResponse{Name: "cnnlang", Version: v.s.options.Version, Extensions: extensions}, nil
}

func (v service) ModelMetadata(ctx context.Context, r *oip.ModelMetadataRequest) (*oip.ModelMetadataResponse, error) {
	m, err := v.s.Metadata(r.Name, r.Version)
	if err != nil {
		return nil, statusOf(ctx, err)
	}
	callOf(ctx).model = r.Name
	described := func(all []TensorFor) (list []*oip.ModelMetadataResponse_TensorMetadata) {
		for _, t := range all {
			list = append(list, &oip.ModelMetadataResponse_TensorMetadata{Name: t.Name, Datatype: t.Datatype, Shape: t.Shape})
		}
		return list
	}
	return &oip.ModelMetadataResponse{Name: m.Name, Versions: m.Versions, Platform: m.Platform, Inputs: described(m.Inputs), Outputs: described(m.Outputs)}, nil
}

// health is gRPC's own service that says how a server is, which Kubernetes asks. Whoever would watch it is told, as
// its protocol allows, that he has to ask again.
type health struct {
	grpc_health_v1.UnimplementedHealthServer
	s *Server
}

// Check implements HealthServer, for the whole server, for the protocol's service, and for a model by its name.
func (h health) Check(ctx context.Context, r *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	if r.Service != "" && r.Service != oip.GRPCInferenceService_ServiceDesc.ServiceName {
		if _, err := h.s.slot(r.Service, ""); err != nil {
			return nil, statusOf(ctx, err)
		}
	}
	now := grpc_health_v1.HealthCheckResponse_SERVING
	if !h.s.Ready() {
		now = grpc_health_v1.HealthCheckResponse_NOT_SERVING
	}
	return &grpc_health_v1.HealthCheckResponse{Status: now}, nil
}
