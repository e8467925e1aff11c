package serve_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"

	"cnnlang/interp"
	"cnnlang/interp/serve"
)

// A program that serves a net beside what else it does, and a client that asks it what is in a picture.
func Example() {
	ctx := context.Background()
	server, err := serve.New(ctx, []serve.Model{{
		Name: "cifar",
		Load: func(ctx context.Context, batch int, maxMemory int64) (*interp.Model, error) {
			return interp.Load(ctx, "nin_cifar10", interp.Options{Weights: interp.RandomWeights(1), Batch: batch, MaxMemory: maxMemory})
		},
	}}, serve.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close(ctx)
	web := httptest.NewServer(server.Handler())
	defer web.Close()

	photo, err := os.Open("../../testdata/images/rocket.jpg")
	if err != nil {
		log.Fatal(err)
	}
	answer, err := http.Post(web.URL+"/v2/models/cifar/classify?top=1", "image/jpeg", photo)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	fmt.Println(answer.Status, len(text) > 0)
	// Output: 200 OK true
}
