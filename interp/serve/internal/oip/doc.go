// Package oip has the messages and the service of the Open Inference Protocol's gRPC form, generated from
// oip.proto. To generate it, have protoc on the path, with protoc-gen-go and protoc-gen-go-grpc, which
// `go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.11` and
// `go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.0` put there.
package oip

//go:generate protoc --go_out=. --go_opt=paths=source_relative --go-grpc_out=. --go-grpc_opt=paths=source_relative oip.proto
