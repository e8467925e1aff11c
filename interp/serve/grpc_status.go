package serve

import (
	"context"
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// code is that of gRPC for the kinds of errors.
var code = map[Fault]codes.Code{
	Invalid: codes.InvalidArgument, NotFound: codes.NotFound, TooLarge: codes.InvalidArgument,
	Full: codes.ResourceExhausted, Stopping: codes.Unavailable, Late: codes.DeadlineExceeded,
	Gone: codes.Canceled, Unfinished: codes.DeadlineExceeded, Internal: codes.Internal,
}

// statusOf is the answer of a call that failed. When it may be tried again it says twice: for clients that read
// details, and for those that only know gRPC's own way.
func statusOf(ctx context.Context, err error) error {
	e := told(err)
	st := status.New(code[e.Fault], e.Message)
	if e.Fault == Full {
		_ = grpc.SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", strconv.FormatInt(e.RetryAfter.Milliseconds(), 10))) // no call, in a test: no trailer
		if more, err := st.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(e.RetryAfter)}); err == nil {
			st = more
		}
	}
	return st.Err()
}
