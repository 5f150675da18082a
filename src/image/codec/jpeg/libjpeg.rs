//! The only door to the C library: coefficients in, coefficients out.
//!
//! Errors inside the library end in `error_exit`, which must not return: it unwinds to [`guarded`] with a [`Failure`].
//! The library is compiled with unwind tables for that. Nothing is ever printed.
#![allow(unsafe_code, reason = "libjpeg has a C interface")]

use mozjpeg_sys as c;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// What the library could not do, in its words.
#[derive(Clone, Debug)]
pub struct Failure(pub String);

/// First in memory, so that the library's pointer to it is a pointer to the whole.
#[repr(C)]
struct Errors {
    manager: c::jpeg_error_mgr,
    /// Each kind once.
    warnings: Vec<Warning>,
}

/// A complaint after which the library went on.
#[derive(Clone, Debug)]
pub struct Warning {
    pub code: i32,
    pub text: String,
}

impl Errors {
    fn new() -> Box<Self> {
        // SAFETY: a C structure of integers, pointers and nullable function pointers; zero is valid for all of them, and
        // `jpeg_std_error` fills it.
        let mut manager: c::jpeg_error_mgr = unsafe { std::mem::zeroed() };
        unsafe { c::jpeg_std_error(&mut manager) };
        manager.error_exit = Some(error_exit);
        manager.emit_message = Some(emit_message);
        manager.output_message = Some(output_message);
        Box::new(Errors { manager, warnings: Vec::new() })
    }
}

unsafe extern "C-unwind" fn error_exit(info: &mut c::jpeg_common_struct) {
    // Not `panic!`: the hook would print.
    resume_unwind(Box::new(Failure(message(info))));
}

unsafe extern "C-unwind" fn emit_message(info: &mut c::jpeg_common_struct, level: c::c_int) {
    if level >= 0 {
        return;
    }
    let text = message(info);
    // SAFETY: `err` was set by this module and points to the first field of an `Errors`.
    let errors = unsafe { &mut *info.err.cast::<Errors>() };
    errors.manager.num_warnings += 1;
    let code = errors.manager.msg_code;
    if errors.warnings.iter().all(|warning| warning.code != code) {
        errors.warnings.push(Warning { code, text });
    }
}

unsafe extern "C-unwind" fn output_message(_: &mut c::jpeg_common_struct) {}

/// The library's text for its last message.
fn message(info: &mut c::jpeg_common_struct) -> String {
    /// JMSG_LENGTH_MAX; the binding declares 80, which is too few.
    const LENGTH: usize = 200;
    type Format = unsafe extern "C-unwind" fn(*mut c::jpeg_common_struct, *mut u8);
    let mut buffer = [0u8; LENGTH];
    // SAFETY: `err` points to the manager set up by `Errors::new`; the C function takes two pointers and writes at most
    // 200 bytes, ended by a zero.
    unsafe {
        let Some(format) = (*info.err).format_message else { return String::new() };
        let format: Format = std::mem::transmute(format);
        format(info, buffer.as_mut_ptr());
    }
    let end = buffer.iter().position(|byte| *byte == 0).unwrap_or(LENGTH);
    String::from_utf8_lossy(&buffer[..end]).into_owned()
}

/// Runs calls of the library; its error exit becomes an `Err`.
fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, Failure> {
    // What was being changed is only dropped afterwards.
    catch_unwind(AssertUnwindSafe(run)).map_err(|thrown: Box<dyn Any + Send>| match thrown.downcast::<Failure>() {
        Ok(failure) => *failure,
        Err(other) => resume_unwind(other),
    })
}

/// In how many parts the coefficients are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scans {
    One,
    /// Those that suit most pictures.
    Usual,
    /// Searched for this picture.
    Best,
}

/// A file being read.
pub struct Reader<'a> {
    info: Box<c::jpeg_decompress_struct>,
    errors: Box<Errors>,
    coefficients: *mut *mut c::jvirt_barray_control,
    /// The library keeps a pointer into the file.
    _source: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Up to the picture data.
    fn open(source: &'a [u8]) -> Result<Self, Failure> {
        // SAFETY: as for the error manager; `jpeg_create_decompress` initialises the structure.
        let info = Box::new(unsafe { std::mem::zeroed::<c::jpeg_decompress_struct>() });
        let mut reader = Reader { info, errors: Errors::new(), coefficients: std::ptr::null_mut(), _source: source };
        reader.info.common.err = std::ptr::from_mut(&mut *reader.errors).cast();
        let info = &mut reader.info;
        guarded(|| {
            // SAFETY: calls in the order that libjpeg.txt asks for; `source` outlives the reader.
            unsafe {
                c::jpeg_create_decompress(&mut **info);
                c::jpeg_mem_src(info, source.as_ptr(), source.len() as c::c_ulong);
                c::jpeg_read_header(info, 1);
            }
        })?;
        Ok(reader)
    }

    /// With all coefficients read.
    pub fn new(source: &'a [u8]) -> Result<Self, Failure> {
        let mut reader = Self::open(source)?;
        let Reader { info, coefficients, .. } = &mut reader;
        // SAFETY: the header has been read.
        guarded(|| *coefficients = unsafe { c::jpeg_read_coefficients(info) })?;
        Ok(reader)
    }

    pub fn warnings(&self) -> &[Warning] {
        &self.errors.warnings
    }

    /// Every coefficient is known to its last bit (a progressive file may lack the last scans).
    pub fn complete(&self) -> bool {
        let bits = self.info.coef_bits.cast::<[c::c_int; 64]>();
        if bits.is_null() {
            return true;
        }
        // SAFETY: for progressive files the library keeps one array of 64 per component here.
        let bits = unsafe { std::slice::from_raw_parts(bits, self.info.num_components.max(0) as usize) };
        bits.iter().flatten().all(|precision| *precision == 0)
    }

    /// The same coefficients with optimal Huffman tables, and `segments` before the picture.
    pub fn write(&mut self, segments: &[(u8, Vec<u8>)], scans: Scans) -> Result<Vec<u8>, Failure> {
        let mut writer = Writer::new();
        guarded(|| {
            // SAFETY: calls in the order that libjpeg.txt asks for. The destination and the error manager live as long as
            // the writer; the coefficient arrays belong to the reader, which outlives this call.
            unsafe {
                let info = &mut *writer.info;
                c::jpeg_create_compress(info);
                info.dest = std::ptr::from_mut(&mut *writer.sink).cast();
                c::jpeg_copy_critical_parameters(&self.info, info);
                info.optimize_coding = 1;
                if scans != Scans::Best {
                    c::jpeg_c_set_bool_param(info, c::JBOOLEAN_OPTIMIZE_SCANS, 0);
                }
                if scans == Scans::One {
                    info.num_scans = 0;
                    info.scan_info = std::ptr::null();
                } else {
                    c::jpeg_simple_progression(info);
                }
                c::jpeg_write_coefficients(info, self.coefficients);
                for (marker, body) in segments {
                    c::jpeg_write_marker(info, c::c_int::from(*marker), body.as_ptr(), body.len() as c::c_uint);
                }
                c::jpeg_finish_compress(info);
            }
        })?;
        Ok(std::mem::take(&mut writer.sink.bytes))
    }
}

/// The picture quantised anew at `quality` with the source's chroma resolution. `None`: it is neither YCbCr nor grey, or
/// its own tables are no finer than those of `quality`, so that it would lose again without gain.
pub fn requantise(source: &[u8], segments: &[(u8, Vec<u8>)], quality: u8) -> Result<Option<Vec<u8>>, Failure> {
    let mut reader = Reader::open(source)?;
    let mut writer = Writer::new();
    let Reader { info: from, .. } = &mut reader;
    let done = guarded(|| {
        // SAFETY: calls in the order that libjpeg.txt asks for, as above. Component and table pointers are checked or were
        // set by the library for as many components as it says; the row buffer holds a row of the decoder's own width.
        unsafe {
            let into = &mut *writer.info;
            let space = from.jpeg_color_space;
            if ![c::J_COLOR_SPACE::JCS_YCbCr, c::J_COLOR_SPACE::JCS_GRAYSCALE].contains(&space) {
                return false;
            }
            from.out_color_space = space;
            c::jpeg_create_compress(into);
            into.dest = std::ptr::from_mut(&mut *writer.sink).cast();
            into.image_width = from.image_width;
            into.image_height = from.image_height;
            into.input_components = from.num_components;
            into.in_color_space = space;
            c::jpeg_set_defaults(into);
            c::jpeg_set_quality(into, c::c_int::from(quality), 1);
            if table_sum(from.quant_tbl_ptrs[0]) >= table_sum(into.quant_tbl_ptrs[0]) {
                return false;
            }
            for component in 0..from.num_components.max(0) as usize {
                let (theirs, ours) = (&*from.comp_info.add(component), &mut *into.comp_info.add(component));
                (ours.h_samp_factor, ours.v_samp_factor) = (theirs.h_samp_factor, theirs.v_samp_factor);
            }
            c::jpeg_start_decompress(from);
            c::jpeg_start_compress(into, 1);
            for (marker, body) in segments {
                c::jpeg_write_marker(into, c::c_int::from(*marker), body.as_ptr(), body.len() as c::c_uint);
            }
            let mut row = vec![0u8; from.output_width as usize * from.output_components.max(0) as usize];
            while from.output_scanline < from.output_height {
                let mut into_row = row.as_mut_ptr();
                c::jpeg_read_scanlines(from, &mut into_row, 1);
                let from_row = row.as_ptr();
                c::jpeg_write_scanlines(into, &from_row, 1);
            }
            c::jpeg_finish_compress(into);
            c::jpeg_finish_decompress(from);
            true
        }
    })?;
    Ok(done.then(|| std::mem::take(&mut writer.sink.bytes)))
}

/// How coarse a quantisation table is.
///
/// SAFETY: `table` is null or points to a table of the library.
unsafe fn table_sum(table: *const c::JQUANT_TBL) -> u32 {
    unsafe { table.as_ref() }.map_or(u32::MAX, |table| table.quantval.iter().map(|value| u32::from(*value)).sum())
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        // SAFETY: created or zeroed, and destroyed once; destroying a zeroed one does nothing.
        unsafe { c::jpeg_destroy_decompress(&mut self.info) };
    }
}

struct Writer {
    info: Box<c::jpeg_compress_struct>,
    sink: Box<Sink>,
    _errors: Box<Errors>,
}

impl Writer {
    fn new() -> Self {
        let mut errors = Errors::new();
        // SAFETY: as for the error manager; `jpeg_create_compress` initialises the structure.
        let mut info = Box::new(unsafe { std::mem::zeroed::<c::jpeg_compress_struct>() });
        info.common.err = std::ptr::from_mut(&mut *errors).cast();
        Writer { info, sink: Sink::new(), _errors: errors }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // SAFETY: as for the reader.
        unsafe { c::jpeg_destroy_compress(&mut self.info) };
    }
}

/// Where the library writes. First in memory as [`Errors::manager`].
#[repr(C)]
struct Sink {
    manager: c::jpeg_destination_mgr,
    buffer: Box<[u8]>,
    bytes: Vec<u8>,
}

const BUFFER: usize = 1 << 16;

impl Sink {
    fn new() -> Box<Self> {
        let manager = c::jpeg_destination_mgr {
            next_output_byte: std::ptr::null_mut(),
            free_in_buffer: 0,
            init_destination: Some(init_destination),
            empty_output_buffer: Some(empty_output_buffer),
            term_destination: Some(term_destination),
        };
        Box::new(Sink { manager, buffer: vec![0; BUFFER].into_boxed_slice(), bytes: Vec::new() })
    }

    fn rewind(&mut self) {
        self.manager.next_output_byte = self.buffer.as_mut_ptr();
        self.manager.free_in_buffer = self.buffer.len();
    }
}

/// The sink behind the library's pointer.
///
/// SAFETY: to be called only by the three functions below, which the library calls with the destination that
/// [`Reader::write`] set; it points to the first field of a `Sink`.
unsafe fn sink<'a>(info: &mut c::jpeg_compress_struct) -> &'a mut Sink {
    unsafe { &mut *info.dest.cast::<Sink>() }
}

unsafe extern "C-unwind" fn init_destination(info: &mut c::jpeg_compress_struct) {
    unsafe { sink(info) }.rewind();
}

unsafe extern "C-unwind" fn empty_output_buffer(info: &mut c::jpeg_compress_struct) -> c::boolean {
    // The whole buffer is full, whatever `free_in_buffer` says (libjpeg.txt).
    let sink = unsafe { sink(info) };
    sink.bytes.extend_from_slice(&sink.buffer);
    sink.rewind();
    1
}

unsafe extern "C-unwind" fn term_destination(info: &mut c::jpeg_compress_struct) {
    let sink = unsafe { sink(info) };
    let used = sink.buffer.len() - sink.manager.free_in_buffer;
    sink.bytes.extend_from_slice(&sink.buffer[..used]);
}
