package ops_test

import (
	"testing"

	"cnnlang/ops"
)

func TestEveryOpHasADerivative(t *testing.T) {
	for _, op := range ops.Builtins {
		if _, ok := op.(ops.Derivative); !ok {
			t.Errorf("%s has no rule for its gradients", op.Name())
		}
	}
}
