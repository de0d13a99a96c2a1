/* theme.js: the colours that the pictures draw with: custom properties of style.css, which knows
 * dark and light. */

/** Tracks have eight colours; from the ninth on they come again, hollow. */
export const COLOURS = 8;

/**
 * @returns {{ink: string, muted: string, line: string, faint: string, paper: string,
 *     accent: string, tracks: string[]}}
 */
export function readTheme() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(name).trim();
    return {
        ink: of('--ink'),
        muted: of('--muted'),
        line: of('--line'),
        faint: of('--faint'),
        paper: of('--surface'),
        accent: of('--accent'),
        tracks: Array.from({ length: COLOURS }, (_, i) => of(`--track-${i}`)),
    };
}

/** Calls f when dark and light, or contrast, change. @param {() => void} f */
export function onThemeChange(f) {
    for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) {
        matchMedia(query).addEventListener('change', f);
    }
}

/**
 * Sizes a canvas to its place on the page at the screen's own resolution.
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D} in CSS pixels
 */
export function fitCanvas(canvas) {
    const ratio = Math.min(3, devicePixelRatio || 1);
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
    }
    const g = canvas.getContext('2d');
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    return g;
}
