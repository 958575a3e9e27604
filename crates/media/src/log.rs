//! What libav says while it works.

use ffmpeg_next::ffi;

/// Silences libav's own log lines; they go to `tracing` at debug under the target `libav`.
///
/// Call it once, before the first file is opened; every call does the same.
pub fn hush() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the callback lives as long as the program, has the type libav asks for and may be called by any thread.
    unsafe {
        ffi::av_log_set_callback(Some(tell))
    };
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: sets one integer. The callback's argument list has another type on each processor.
    unsafe {
        ffi::av_log_set_level(ffi::AV_LOG_QUIET)
    };
}

#[cfg(target_arch = "x86_64")]
unsafe extern "C" fn tell(
    who: *mut libc::c_void,
    level: libc::c_int,
    format: *const libc::c_char,
    arguments: *mut ffi::__va_list_tag,
) {
    if level > ffi::AV_LOG_WARNING || !tracing::enabled!(target: "libav", tracing::Level::DEBUG) {
        return;
    }
    let mut line = [0 as libc::c_char; 1024];
    let mut prefix = 1;
    // SAFETY: libav hands over a valid format with its arguments; the line is cut at the buffer's size and ends in zero.
    let text = unsafe {
        ffi::av_log_format_line2(
            who,
            level,
            format,
            arguments,
            line.as_mut_ptr(),
            line.len() as libc::c_int,
            &mut prefix,
        );
        std::ffi::CStr::from_ptr(line.as_ptr())
    };
    tracing::debug!(target: "libav", "{}", text.to_string_lossy().trim_end());
}
