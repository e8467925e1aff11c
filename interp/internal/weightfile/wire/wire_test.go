package wire_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/interp/internal/weightfile/wire"
)

// TestWalkIsWhatProtowireReads: messages of random fields, within messages, longer than what is
// read at a time, give the fields that protowire finds in the whole.
func TestWalkIsWhatProtowireReads(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	message := func(fields int) filetest.Proto {
		m := filetest.Proto{}
		for range fields {
			number := protowire.Number(1 + random.IntN(3000))
			switch random.IntN(4) {
			case 0:
				m = m.Int(number, int64(random.Uint64()>>random.IntN(64)))
			case 1:
				m = m.Float(number, random.Float32())
			case 2:
				m = m.Double(number, random.Float64())
			default:
				m = m.Text(number, string(make([]byte, random.IntN(700))))
			}
		}
		return m
	}
	for range 50 {
		raw := message(random.IntN(200))
		at := 0
		err := wire.New(filetest.Memory("f", raw, nil)).Whole("it").Walk(func(f wire.Field) error {
			number, typ, n := protowire.ConsumeTag(raw[at:])
			if number != f.Number || typ != f.Type {
				t.Fatalf("got field %d of type %d at %d, want %d of %d", f.Number, f.Type, at, number, typ)
			}
			size := protowire.ConsumeFieldValue(number, typ, raw[at+n:])
			value := raw[at+n : at+n+size]
			var want uint64
			switch typ {
			case protowire.VarintType:
				want, _ = protowire.ConsumeVarint(value)
			case protowire.Fixed32Type:
				want = uint64(binary.LittleEndian.Uint32(value))
			case protowire.Fixed64Type:
				want = binary.LittleEndian.Uint64(value)
			default:
				body, _ := protowire.ConsumeBytes(value)
				if text, err := f.Body.Text(); err != nil || text != string(body) {
					t.Fatalf("got %d bytes, %v, want %d", len(text), err, len(body))
				}
			}
			if f.Word != want {
				t.Fatalf("got %d, want %d", f.Word, want)
			}
			at += n + size
			return nil
		})
		if err != nil || at != len(raw) {
			t.Fatalf("%d of %d bytes, %v", at, len(raw), err)
		}
	}
}

// TestNumbers: packed, not packed, and both in one message.
func TestNumbers(t *testing.T) {
	floats, ints := filetest.Proto{}, filetest.Proto{}
	var wantFloats, wantInts []byte
	for i := range 300 {
		x := float32(i) / 7
		v := int64(i) * int64(i) * 12345
		if i%5 == 0 {
			floats, ints = floats.Float(4, x), ints.Int(7, -v)
			wantFloats = append(wantFloats, filetest.Bytes(x)...)
			wantInts = binary.LittleEndian.AppendUint64(wantInts, uint64(-v))
			continue
		}
		floats, ints = floats.Floats(4, x, -x).Int(9, 1), ints.Ints(7, v, -1).Text(8, "x")
		wantFloats = append(wantFloats, filetest.Bytes(x, -x)...)
		wantInts = binary.LittleEndian.AppendUint64(wantInts, uint64(v))
		wantInts = binary.LittleEndian.AppendUint64(wantInts, 1<<64-1)
	}
	whole := func(p filetest.Proto) wire.Message { return wire.New(filetest.Memory("f", p, nil)).Whole("it") }
	if raw, err := whole(floats).Fixed(4, 4, int64(len(wantFloats)/4)); err != nil || !bytes.Equal(raw, wantFloats) {
		t.Errorf("floats differ, %v", err)
	}
	if raw, err := whole(ints).Varints(7, 8, int64(len(wantInts)/8)); err != nil || !bytes.Equal(raw, wantInts) {
		t.Errorf("integers differ, %v", err)
	}
	for _, n := range []int64{0, 1, 539, 541} {
		if _, err := whole(floats).Fixed(4, 4, n); err == nil {
			t.Errorf("%d floats were read of 540", n)
		}
		if _, err := whole(ints).Varints(7, 8, n); err == nil {
			t.Errorf("%d integers were read of 540", n)
		}
	}
}
