//! mimalloc, asked for no alignment where every block that it gives is aligned enough.
//!
//! The crate `mimalloc` asks for each value with its alignment. mimalloc (3.2) then takes a slower way for all sizes of
//! blocks that are no power of two, and gives larger blocks than need be.
#![allow(unsafe_code, reason = "the interface of allocators is unsafe")]

use libmimalloc_sys as mi;
use std::alloc::{GlobalAlloc, Layout};

/// Blocks are aligned to this (`MI_MAX_ALIGN_SIZE`), or to their size where that is less.
const ALIGNED: usize = 16;

pub struct Allocator;

unsafe extern "C" {
    fn mi_option_set(option: std::ffi::c_int, value: std::ffi::c_long);
}

/// `mi_option_purge_delay`, by its number in the header (2.2 and 3.x).
const PURGE_DELAY: std::ffi::c_int = 15;

/// Memory that is free stays with this process, for one that ends soon: giving it back and having it cleared anew took about
/// 0.1 s of the system's time in builds of 10,750 small modules.
pub fn keep_memory() {
    // SAFETY: the library takes any number, and reads the option whenever it frees.
    unsafe { mi_option_set(PURGE_DELAY, -1) }
}

fn is_aligned_anyway(size: usize, align: usize) -> bool {
    align <= ALIGNED && align <= size
}

// SAFETY: all memory comes from mimalloc, whose functions do what is asked here, and goes back to it.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        unsafe {
            if is_aligned_anyway(size, align) { mi::mi_malloc(size) } else { mi::mi_malloc_aligned(size, align) }.cast()
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        unsafe {
            if is_aligned_anyway(size, align) { mi::mi_zalloc(size) } else { mi::mi_zalloc_aligned(size, align) }.cast()
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        unsafe { mi::mi_free(block.cast()) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (block, align) = (block.cast(), layout.align());
        unsafe {
            if is_aligned_anyway(size, align) {
                mi::mi_realloc(block, size)
            } else {
                mi::mi_realloc_aligned(block, size, align)
            }
            .cast()
        }
    }
}
