package hdf5_test

import "strings"

type attack struct {
	name string
	raw  []byte
	want string // after "weights: f.h5: "
}

const magic = "\x89HDF\r\n\x1a\n"

// The attacks are broken and hostile files, each with the message that refuses it.
var (
	onFiles = []attack{
		{"empty", nil, `begins with , want 89 48 44 46 0d 0a 1a 0a as every HDF5 file does; it is another kind of file or is damaged`},
		{"magic alone", []byte(magic), `ends within its superblock, at 8 bytes; it was cut short, fetch it again`},
		{"another file", []byte("PK\x03\x04 and so on, for a while"), `begins with 50 4b 03 04 20 61 6e 64, want 89 48 44 46 0d 0a 1a 0a as every HDF5 file does; it is another kind of file or is damaged`},
		{"superblock version", cat(magic, 9, make([]byte, 90)), `has version 9 of HDF5's superblock, want 0 to 3; write it again with h5py`},
		{"widths", cat(magic, 2, 3, 8, make([]byte, 90)), `addresses have 3 bytes and lengths 8, want 2, 4 or 8; the file is damaged, fetch it again`},
		{"user block", cat(magic, 2, 8, 8, 0, u8(512), none, none, u8(48), make([]byte, 50)), `has its addresses count from 512, want 0, where it begins; write it again without a user block`},
		{"cut short", cat(magic, 2, 8, 8, 0, u8(0), none, u8(5000), u8(48), make([]byte, 50)), `should have 5000 bytes and has 94; it was cut short, fetch it again`},
		{"root beyond the end", cat(magic, 2, 8, 8, 0, u8(0), none, none, u8(1<<60), make([]byte, 50)), `the header of an object would be 16 bytes at 1152921504606846976, the file has 94; it is damaged or was cut short, fetch it again`},
		{"no root", cat(magic, 2, 8, 8, 0, u8(0), none, none, none, make([]byte, 50)), `the header of an object has no address; the file is damaged, fetch it again`},
		{"header version", built(func(b *builder) u8 { return b.put(7) }), `the header of an object at 112 has version 7, want 1 or 2; the file is damaged, fetch it again`},
		{"header 2 version", built(func(b *builder) u8 { return b.put("OHDR", 3) }), `the header of an object at 112 has version 3, want 1 or 2; the file is damaged, fetch it again`},
		{"header size", built(func(b *builder) u8 { return b.put("OHDR", 2, 3, u8(1<<50)) }), `the header of an object at 112 would have 1125899906842624 bytes, the file has 284; the file is damaged, fetch it again`},
		{"header 1 size", built(func(b *builder) u8 { return b.put(1, 0, u2(1), u4(1), u4(0xfffffff0), u4(0)) }), `the header of an object would be 4294967280 bytes at 128, the file has 286; it is damaged or was cut short, fetch it again`},
		{"message size", dataset(cat(1, u2(500), 0, make([]byte, 20))), `a message of an object's header ends within its fields; the file is damaged, fetch it again`},
		{"continued by itself", built(func(b *builder) u8 {
			at := b.put("OCHK", msg(16, u8(len(b.raw)), u8(28)), u4(0))
			return b.object(msg(16, at, u8(28)))
		}), `a block of an object's header at 112 is reached twice, which could go on without end; the file is damaged, fetch it again`},
		{"continued beyond the end", dataset(msg(16, u8(1<<40), u8(100))), `a block of an object's header would be 100 bytes at 1099511627776, the file has 304; it is damaged or was cut short, fetch it again`},
		{"continued by nothing", dataset(msg(16, u8(8), u8(64))), `a block of an object's header at 8 begins with "\x02\b\b\x00", want OCHK; the file is damaged, fetch it again`},
		{"name twice", group(func(b *builder) [][]byte { return [][]byte{link("x", 1), link("x", 1)} }), `/ holds the name x twice; the file is damaged, fetch it again`},
		{"name with a slash", group(func(b *builder) [][]byte { return [][]byte{link("../x", 1)} }), `/ holds the name "../x", want UTF-8 without slashes; write the file again`},
		{"link version", group(func(b *builder) [][]byte { return [][]byte{msg(6, 2, 0)} }), `a link has version 2, want 1; the file is damaged, fetch it again`},
		{"link cut", group(func(b *builder) [][]byte { return [][]byte{msg(6, 1, 0, 200, "x")} }), `a link of a group ends within its fields; the file is damaged, fetch it again`},
	}
	onOldGroups = []attack{
		{"tree signature", old("", func(b *builder) u8 { return b.put("TREX", 0, 0, u2(0), none, none) }), `a node of a B-tree at 272 begins with "TREX", want TREE; the file is damaged, fetch it again`},
		{"tree of itself", old("", func(b *builder) u8 { return b.put(node(1, u8(len(b.raw)))) }), `a node of a B-tree at 272 has kind 0 and level 1, want 0 and 0; the file is damaged, fetch it again`},
		{"tree of one leaf twice", old("", func(b *builder) u8 { leaf := b.put(node(0)); return b.put(node(1, leaf, leaf)) }), `a node of a B-tree at 272 is reached twice, which could go on without end; the file is damaged, fetch it again`},
		{"tree without an end", old("", func(b *builder) u8 { return b.put("TREE", 0, 0, u2(60000), none, none) }), `a node of a B-tree would be 960024 bytes at 272, the file has 458; it is damaged or was cut short, fetch it again`},
		{"symbols signature", old("", func(b *builder) u8 { return b.put(node(0, b.put("SNOX", 1, 0, u2(1)))) }), `a node of symbols at 272 begins with "SNOX", want SNOD; the file is damaged, fetch it again`},
		{"symbols version", old("", func(b *builder) u8 { return b.put(node(0, b.put("SNOD", 2, 0, u2(1)))) }), `a node of symbols at 272 has version 2, want 1; write the file again with h5py`},
		{"symbols beyond the end", old("", func(b *builder) u8 { return b.put(node(0, b.put("SNOD", 1, 0, u2(60000)))) }), `a node of symbols would be 2400000 bytes at 280, the file has 546; it is damaged or was cut short, fetch it again`},
		{"name beyond the heap", old("ab\x00", func(b *builder) u8 {
			return b.put(node(0, b.put("SNOD", 1, 0, u2(1), symbol(3, 0))))
		}), `a name would be at 3 of a heap of 3 bytes; the file is damaged, fetch it again`},
		{"name without an end", old("ab", func(b *builder) u8 {
			return b.put(node(0, b.put("SNOD", 1, 0, u2(1), symbol(0, 0))))
		}), `a name of a group ends within its fields; the file is damaged, fetch it again`},
		{"a long name many times", old(strings.Repeat("x", 20000)+"\x00", func(b *builder) u8 {
			var all []byte
			for i := range 60 {
				all = cat(all, symbol(u8(i), 0))
			}
			return b.put(node(0, b.put("SNOD", 1, 0, u2(60), all)))
		}), `got 445119 bytes of description, the limit is 432688; keep the weights of one network in a file`},
		{"heap signature", group(func(b *builder) [][]byte { return [][]byte{msg(17, u8(0), u8(0))} }), `the heap of names at 0 begins with "\x89HDF", want HEAP; the file is damaged, fetch it again`},
	}
	onDenseGroups = []attack{
		{"heap width", dense(3, 0, 0, nil, treeHead(512, 11, 0, 0)), `the header of a fractal heap at 705 has blocks from 512 to 65536 bytes, 3 in a row, want powers of 2; the file is damaged, fetch it again`},
		{"heap filters", dense(4, 8, 0, nil, treeHead(512, 11, 0, 0)), `the header of a fractal heap at 705 has filters, which are not read there; write the file again with h5py`},
		{"heap object beyond its rows", dense(4, 0, 1, cat(u4(0), 0, u4(1<<30), u2(9)), treeHead(512, 11, 0, 1)), `an object would be at 1073741824 of a fractal heap, beyond its 1 rows; the file is damaged, fetch it again`},
		{"heap object beyond its block", dense(4, 0, 0, cat(u4(0), 0, u4(30), u2(600)), treeHead(512, 11, 0, 1)), `an object would be 600 bytes at 30 of a block of a fractal heap of 512; the file is damaged, fetch it again`},
		{"heap object of no kind", dense(4, 0, 0, cat(u4(0), 0x30, u4(30), u2(6)), treeHead(512, 11, 0, 1)), `an id of a fractal heap begins with 0x30, which is no kind of object; the file is damaged, fetch it again`},
		{"heap object that is missing", dense(4, 0, 0, cat(u4(0), 0x10, u4(30), u2(6)), treeHead(512, 11, 0, 1)), `the header of a B-tree of version 2 has no address; the file is damaged, fetch it again`},
		{"a long name in many records", sameLink(1000), `got 368888 bytes of description, the limit is 365936; keep the weights of one network in a file`},
		{"tree 2 depth", dense(4, 0, 0, nil, treeHead(512, 11, 60000, 1)), `the header of a B-tree of version 2 at 981 has depth 60000, more than its nodes of 512 bytes allow; the file is damaged, fetch it again`},
		{"tree 2 records", dense(4, 0, 0, nil, treeHead(512, 0, 0, 1)), `the header of a B-tree of version 2 at 981 has kind 5, records of 0 bytes and nodes of 512, want kind 5, records of at least 1 byte and nodes no larger than the file; the file is damaged, fetch it again`},
		{"tree 2 node", dense(4, 0, 0, nil, treeHead(512, 11, 0, 50)), `a leaf of a B-tree of version 2 at 911 would have 50 records, more than its 512 bytes hold; the file is damaged, fetch it again`},
	}
	onAttributes = []attack{
		{"attribute version", group(func(b *builder) [][]byte { return [][]byte{msg(12, 9)} }), `/ has an attribute of version 9, want 1 to 3; the file is damaged, fetch it again`},
		{"attribute shared", group(func(b *builder) [][]byte { return [][]byte{cat(12, u2(4), 2, u4(0))} }), `/ shares an attribute with other objects, which is not read; write the file again with h5py`},
		{"attribute sizes", group(func(b *builder) [][]byte { return [][]byte{msg(12, 3, 0, u2(2), u2(999), u2(9))} }), `an attribute of / ends within its fields; the file is damaged, fetch it again`},
		{"attribute elements", attribute(text, 1<<40, "abcd"), `/ has the attribute a of [1099511627776] elements with 4 bytes each, in 4 bytes; the file is damaged, fetch it again`},
		{"attribute of numbers", attribute(float[4:], 1, u4(0)), `/ has the attribute a of floats of 32 bits with an exponent of 8, want texts; save the file again`},
		{"attribute not UTF-8", attribute(text, 1, "ab\xff\xfe"), `/ has the attribute a with a text that is not UTF-8; write the file again`},
		{"attribute twice", group(func(b *builder) [][]byte { return [][]byte{attributeOf(text, 0), attributeOf(text, 0)} }), `/ has the attribute a twice; the file is damaged, fetch it again`},
		{"attribute in no heap", attribute(vary, 1, u4(3), u8(1<<40), u4(1)), `a global heap would be 16 bytes at 1099511627776, the file has 253; it is damaged or was cut short, fetch it again`},
		{"attribute in another thing", attribute(vary, 1, u4(3), u8(0), u4(1)), `a global heap at 0 begins with "\x89HDF", want GCOL; the file is damaged, fetch it again`},
		{"attribute not in the heap", group(func(b *builder) [][]byte {
			heap := b.put("GCOL", 1, 0, 0, 0, u8(48), u2(1), u2(1), u4(0), u8(3), "abc     ", u8(0))
			return [][]byte{attributeOf(vary, 2, u4(3), heap, u4(1), u4(3), heap, u4(2))}
		}), `a text would be 3 bytes of object 2 of the global heap at 112, which has 0; the file is damaged, fetch it again`},
		{"attribute longer than in the heap", group(func(b *builder) [][]byte {
			heap := b.put("GCOL", 1, 0, 0, 0, u8(48), u2(1), u2(1), u4(0), u8(3), "abc     ", u8(0))
			return [][]byte{attributeOf(vary, 1, u4(4), heap, u4(1))}
		}), `a text would be 4 bytes of object 1 of the global heap at 112, which has 3; the file is damaged, fetch it again`},
		{"element size", attribute(cat(0x13, 0, 0, 0, u4(0)), 1), `a datatype has version 1 and elements of 0 bytes, want a version from 1 to 4 and elements of at least 1 byte; the file is damaged, fetch it again`},
	}
	onDatasets = []attack{
		{"no type", dataset(shape(4), at(0, 16)), `/x has no datatype; the file is damaged, fetch it again`},
		{"shape", dataset(shape(1<<40), float, at(0, 16)), `/x has the shape [1099511627776], want axes of at most 2147483647; the file is damaged, fetch it again`},
		{"shape's product", dataset(shape(1<<20, 1<<20), float, at(0, 16)), `/x has the shape [1048576 1048576], want at most 2147483647 elements; the file is damaged, fetch it again`},
		{"rank", dataset(shape(make([]u8, 33)...), float, at(0, 16)), `a dataspace has 33 axes, want at most 32; the file is damaged, fetch it again`},
		{"dataspace version", dataset(msg(1, 7, 0, 0), float, at(0, 16)), `a dataspace has version 7, want 1 or 2; the file is damaged, fetch it again`},
		{"size", dataset(shape(4), float, at(0, 12)), `/x has 12 bytes, want 16 for [4]; the file is damaged, fetch it again`},
		{"beyond the end", dataset(shape(400), float, at(8, 1600)), `the numbers of /x would be 1600 bytes at 8, the file has 346; it is damaged or was cut short, fetch it again`},
		{"compact", dataset(shape(4), float, msg(8, 3, 0, u2(3), "abc")), `/x has 3 bytes in its header, want 16 for [4]; the file is damaged, fetch it again`},
		{"virtual", dataset(shape(4), float, msg(8, 4, 3)), `/x is put together from other datasets (a virtual one), which is not read; write it again with h5py`},
		{"external", dataset(shape(4), float, at(none, 16), msg(7, 1)), `/x keeps its numbers in another file; write it again with h5py`},
		{"old layout", dataset(shape(4), float, msg(8, 1)), `/x has a data layout of version 1, want 3 or 4; write it again with h5py`},
		{"layout class", dataset(shape(4), float, msg(8, 3, 9)), `/x has a data layout of class 9, want 0 to 2; the file is damaged, fetch it again`},
		{"bfloat16", dataset(shape(4), msg(3, 0x11, 0x20, 15, 0, u4(2), u2(0), u2(16), 7, 8, 0, 7, u4(127)), at(0, 8)), `/x holds floats of 16 bits with an exponent of 8, want floats of 16, 32 or 64 bits, or integers; write it again as float32`},
		{"compound", dataset(shape(4), msg(3, 0x16, 2, 0, 0, u4(8)), at(0, 32)), `/x holds compounds, want floats of 16, 32 or 64 bits, or integers; write it again as float32`},
		{"named type", dataset(shape(4), cat(3, u2(10), 2, 3, 2, u8(0)), at(0, 16)), `/x has its type or shape stored elsewhere in the file (a named datatype), which is not read; write it again with h5py, with a dtype of NumPy`},
		{"fill value", dataset(shape(4), float, at(none, 16), msg(5, 3, 0x20, u4(3), "abc")), `/x has a fill value of 3 bytes, want 4; the file is damaged, fetch it again`},
		{"never written", dataset(shape(1<<30), float, at(none, 1<<32)), `got 4294967296 bytes of /x, the limit is 65536; that is 200 times what the file stores of it: write it again without compression`},
	}
	onChunks = []attack{
		{"chunk axes", dataset(shape(4, 4), float, msg(8, 3, 2, 2, none, u4(4), u4(4))), `/x has chunks with 1 axes, want 2; the file is damaged, fetch it again`},
		{"chunk of nothing", dataset(shape(4), float, msg(8, 3, 2, 2, none, u4(0), u4(4))), `/x has chunks of the shape [0 4], want axes from 1 to 2147483647; the file is damaged, fetch it again`},
		{"huge chunk", chunks(4, 1<<30, nil, make([]byte, 16)), `/x has chunks of the shape [1073741824], larger than 2147483647 bytes; the file is damaged, fetch it again`},
		{"lzf", chunks(4, 4, msg(11, 2, 1, u2(32000), u2(0), u2(0), u2(0)), make([]byte, 9)), `/x is packed by the filter lzf, want gzip, shuffle or fletcher32; write it again with compression="gzip" or without`},
		{"unknown filter", chunks(4, 4, filter(99), make([]byte, 9)), `/x is packed by the filter of number 99, want gzip, shuffle or fletcher32; write it again with compression="gzip" or without`},
		{"pipeline version", chunks(4, 4, msg(11, 5, 1), make([]byte, 9)), `/x has a filter pipeline of version 5, want 1 or 2; the file is damaged, fetch it again`},
		{"chunk size", chunks(4, 4, nil, make([]byte, 15)), `/x has a chunk of 15 bytes, want 16; the file is damaged, fetch it again`},
		{"chunk between", chunks(9, 3, nil, make([]byte, 12), make([]byte, 12), make([]byte, 12), make([]byte, 12)), `/x has a chunk at [9], want multiples of [3] below [9]; the file is damaged, fetch it again`},
		{"bomb", chunks(1<<24, 1<<24, filter(1), zipped(make([]byte, 1<<20))), `got 67108864 bytes of /x, the limit is 208600; that is 200 times what the file stores of it: write it again without compression`},
		{"not gzip", chunks(4, 4, filter(1), []byte("plainly not zlib")), `/x has a chunk that does not unpack (zlib: invalid header); the file is damaged, fetch it again`},
		{"more than the chunk", chunks(4, 4, filter(1), zipped(make([]byte, 1000))), `/x has a chunk of 17 bytes, want 16; the file is damaged, fetch it again`},
		{"checksum", chunks(4, 4, filter(3), make([]byte, 3)), `/x has a chunk of 3 bytes, want a checksum of 4 behind it; the file is damaged, fetch it again`},
		{"checksum differs", chunks(4, 4, filter(3), cat(make([]byte, 16), u4(7))), `/x has a chunk with the checksum 00000000, want 00000007; the file is damaged, fetch it again`},
		{"chunk without an index", latest(4, 9, nil, func(b *builder) u8 { return 0 }), `/x has an index of chunks of kind 9, want 1 to 5; write it again with h5py`},
		{"implicit beyond the end", latest(1<<20, 2, nil, func(b *builder) u8 { return 0 }), `/x has more chunks of 16 bytes than the 344 bytes of the file hold; the file is damaged, fetch it again`},
		{"array signature", latest(4, 3, cat(10), func(b *builder) u8 { return b.put("FAXX") }), `an array of chunks at 112 begins with "FAXX", want FAHD; the file is damaged, fetch it again`},
		{"array element", latest(4, 3, cat(10), func(b *builder) u8 { return b.put("FAHD", 0, 0, 3, 10, u8(1), u8(0)) }), `/x has an array of chunks with elements of 3 bytes, want 8 to 8; the file is damaged, fetch it again`},
		{"array size", latest(4, 3, cat(10), func(b *builder) u8 { return b.put("FAHD", 0, 0, 8, 10, u8(1<<50), u8(0)) }), `/x has an array of 1125899906842624 chunks in pages of 2^10, more than the file has; the file is damaged, fetch it again`},
		{"growing array", latest(4, 4, make([]byte, 5), func(b *builder) u8 {
			return b.put("EAHD", 0, 0, 8, 32, 4, 3, 4, 10, make([]byte, 48), u8(0))
		}), `/x has an array of chunks with blocks from 3 elements and 4 addresses, want powers of 2; the file is damaged, fetch it again`},
		{"growing array with pages in its index", latest(1000, 4, make([]byte, 5), func(b *builder) u8 {
			index := b.put("EAIB", 0, 0, u8(0), make([]byte, 6*8), none, make([]byte, 600))
			return b.put("EAHD", 0, 0, 8, 32, 0, 16, 4, 0, make([]byte, 48), index)
		}), `/x has an array of chunks whose index has pages; the file is damaged, fetch it again`},
	}
)
