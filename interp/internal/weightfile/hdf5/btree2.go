package hdf5

import "math/bits"

// A tree2 is a B-tree of version 2 (III.A.2):
//
//	"BTHD" 0 kind node-size(4) record-size(2) depth(2) 0 0 root records(2) all-records checksum
//	"BTIN" 0 kind │ record ... │ {child records [all-records]} ... │ checksum
//	"BTLF" 0 kind │ record ... │ checksum
//
// How wide the two counts beside a child are follows from how many records a node can hold.
type tree2 struct {
	*walk
	kind     uint64
	nodeSize int64
	record   int
	visit    func(record []byte) error
	widths   []int // of a count of all records below a node, by its level
	width    int   // of a count of records in a node
}

const tree2Overhead = 10 // signature, version, kind, checksum

// tree2 visits the records of a tree, in order.
func (w *walk) tree2(address, kind uint64, visit func(record []byte) error) error {
	const what = "the header of a B-tree of version 2"
	c, err := w.node(address, int64(22+w.offsets+w.lengths), "BTHD", 0, what)
	if err != nil {
		return err
	}
	t := &tree2{walk: w, kind: c.uint(1), nodeSize: int64(c.uint(4)), record: int(c.uint(2)), visit: visit}
	depth := int(c.uint(2))
	c.skip(2)
	root, records := c.offset(), int64(c.uint(2))
	if t.kind != kind || t.record == 0 || t.nodeSize > w.in.Size {
		return w.in.Corrupt("", "%s at %d has kind %d, records of %d bytes and nodes of %d, want kind %d, records of at least 1 byte and nodes no larger than the file; %s", what, address, t.kind, t.record, t.nodeSize, kind, advice)
	}
	if root == undefined {
		return nil
	}
	holds := max(0, t.nodeSize-tree2Overhead) / int64(t.record)
	t.width = bytesFor(uint64(holds))
	t.widths = []int{0}
	for all := uint64(holds); len(t.widths) <= depth; {
		child := int64(w.offsets + t.width + t.widths[len(t.widths)-1])
		in := max(0, t.nodeSize-tree2Overhead-child) / (int64(t.record) + child)
		high, low := bits.Mul64(uint64(in)+1, all)
		if all = low + uint64(in); high > 0 || in == 0 {
			return w.in.Corrupt("", "%s at %d has depth %d, more than its nodes of %d bytes allow; %s", what, address, depth, t.nodeSize, advice)
		}
		t.widths = append(t.widths, bytesFor(all))
	}
	return t.node(root, depth, records)
}

// bytesFor is how many bytes a number up to n takes.
func bytesFor(n uint64) int { return max(1, (bits.Len64(n)+7)/8) }

func (t *tree2) node(address uint64, level int, records int64) error {
	what, signature, child := "a leaf of a B-tree of version 2", "BTLF", 0
	if level > 0 {
		what, signature = "a node of a B-tree of version 2", "BTIN"
		child = t.offsets + t.width + t.widths[level-1]
	}
	size := tree2Overhead - 4 + records*int64(t.record)
	if level > 0 {
		size += (records + 1) * int64(child)
	}
	if size > t.nodeSize {
		return t.in.Corrupt("", "%s at %d would have %d records, more than its %d bytes hold; %s", what, address, records, t.nodeSize, advice)
	}
	c, err := t.walk.node(address, size, signature, 0, what)
	if err != nil {
		return err
	}
	c.skip(1)
	all := c.bytes(int(records) * t.record)
	for i := range records + 1 {
		if level > 0 {
			at := c.offset()
			n := int64(c.uint(t.width))
			c.skip(t.widths[level-1])
			if err := t.node(at, level-1, n); err != nil {
				return err
			}
		}
		if i < records {
			if err := t.visit(all[int(i)*t.record : int(i+1)*t.record]); err != nil {
				return err
			}
		}
	}
	return nil
}
