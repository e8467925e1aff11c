// Writes a JPEG of any kind that libjpeg-turbo can write:
//
//	gcc -o encode encode.c -ljpeg
//	encode WIDTH HEIGHT COMPONENTS OPTION... < samples > file.jpg
//
// The samples are bytes, [height, width, components], of the colours of the file but for
// ycc, for which they are RGB. Options:
//
//	ycc, rgb, cmyk, ycck    the colours; grey of one component
//	AxB,AxB,...             sampling factors
//	qN                      quality
//	rN                      units between restarts
//	progressive, optimised, apart (a scan for each component), bare (no JFIF or Adobe),
//	arithmetic
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>

int main(int argc, char **argv) {
  struct jpeg_compress_struct c;
  struct jpeg_error_mgr errors;
  c.err = jpeg_std_error(&errors);
  jpeg_create_compress(&c);
  jpeg_stdio_dest(&c, stdout);
  c.image_width = atoi(argv[1]);
  c.image_height = atoi(argv[2]);
  c.input_components = atoi(argv[3]);
  c.in_color_space = c.input_components == 1 ? JCS_GRAYSCALE : c.input_components == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&c);
  int apart = 0;
  for (int i = 4; i < argc; i++) {
    char *o = argv[i];
    if (!strcmp(o, "ycc")) jpeg_set_colorspace(&c, JCS_YCbCr);
    else if (!strcmp(o, "rgb")) jpeg_set_colorspace(&c, JCS_RGB);
    else if (!strcmp(o, "cmyk")) jpeg_set_colorspace(&c, JCS_CMYK);
    else if (!strcmp(o, "ycck")) jpeg_set_colorspace(&c, JCS_YCCK);
    else if (!strcmp(o, "progressive")) jpeg_simple_progression(&c);
    else if (!strcmp(o, "optimised")) c.optimize_coding = TRUE;
    else if (!strcmp(o, "arithmetic")) c.arith_code = TRUE;
    else if (!strcmp(o, "apart")) apart = 1;
    else if (!strcmp(o, "bare")) c.write_JFIF_header = c.write_Adobe_marker = FALSE;
    else if (*o == 'q') jpeg_set_quality(&c, atoi(o + 1), FALSE);
    else if (*o == 'r') c.restart_interval = atoi(o + 1);
    else for (int k = 0; k < c.num_components; k++, o += 4) {
      c.comp_info[k].h_samp_factor = o[0] - '0';
      c.comp_info[k].v_samp_factor = o[2] - '0';
    }
  }
  jpeg_scan_info scans[4];
  memset(scans, 0, sizeof scans);
  for (int k = 0; k < c.num_components; k++) {
    scans[k].comps_in_scan = 1;
    scans[k].component_index[0] = k;
    scans[k].Se = 63;
  }
  if (apart) {
    c.scan_info = scans;
    c.num_scans = c.num_components;
  }
  jpeg_start_compress(&c, TRUE);
  size_t line = (size_t)c.image_width * c.input_components;
  JSAMPLE *row = malloc(line);
  while (c.next_scanline < c.image_height) {
    if (fread(row, 1, line, stdin) != line) return 1;
    jpeg_write_scanlines(&c, &row, 1);
  }
  jpeg_finish_compress(&c);
  return 0;
}
