import type { PDFDocumentProxy, PDFPageProxy } from "pdfjs-dist";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { PageRectangles } from "@/api/types";
import { pdfjs } from "./pdf";

export interface Size {
  width: number;
  height: number;
}

interface Props {
  pdf: PDFDocumentProxy;
  number: number;
  scale: number;
  /** The size in points until the page's own is known. */
  usual: Size;
  marks: PageRectangles | undefined;
}

/** More pixels than this per page cost memory and show nothing more. */
const MOST_PIXELS = 12_000_000;

/** A sheet of the right size; drawn only near the window, so that a thousand pages cost as little as ten. */
export function PdfPage({ pdf, number, scale, usual, marks }: Props) {
  const { t } = useTranslation();
  const sheet = useRef<HTMLDivElement>(null);
  const near = useNear(sheet);
  const [page, setPage] = useState<PDFPageProxy>();
  useEffect(() => {
    if (!near) return;
    let left = false;
    void pdf.getPage(number).then((loaded) => !left && setPage(loaded));
    return () => {
      left = true;
    };
  }, [pdf, number, near]);
  const size = page?.getViewport({ scale: 1 }) ?? marks ?? usual;
  return (
    <div
      ref={sheet}
      data-page={number}
      role="group"
      aria-label={t("viewer.pageSeparator", { page: number })}
      className="relative mx-auto my-3 bg-white shadow-md"
      style={{ width: size.width * scale, height: size.height * scale, "--total-scale-factor": scale }}
    >
      {near && page && <Drawing page={page} scale={scale} />}
      {marks?.rectangles.map(({ x0, y0, x1, y1 }, index) => (
        <div
          key={index}
          data-testid="highlight"
          className="pointer-events-none absolute rounded-[2px] bg-[#ffcf5c] opacity-60 mix-blend-multiply"
          style={{
            left: percent(x0, marks.width),
            top: percent(y0, marks.height),
            width: percent(x1 - x0, marks.width),
            height: percent(y1 - y0, marks.height),
          }}
        />
      ))}
    </div>
  );
}

function Drawing({ page, scale }: { page: PDFPageProxy; scale: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!canvas.current || !text.current) return;
    const viewport = page.getViewport({ scale });
    const sharp = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height)));
    const fine = page.getViewport({ scale: scale * sharp });
    canvas.current.width = Math.floor(fine.width);
    canvas.current.height = Math.floor(fine.height);
    const drawing = page.render({ canvas: canvas.current, viewport: fine });
    const container = text.current;
    container.replaceChildren();
    const layer = new pdfjs.TextLayer({ textContentSource: page.streamTextContent(), container, viewport });
    const isCancelled = () => undefined; // leaving the page ends both; there is nobody to tell
    drawing.promise.catch(isCancelled);
    layer.render().catch(isCancelled);
    return () => {
      drawing.cancel();
      layer.cancel();
    };
  }, [page, scale]);
  return (
    <>
      <canvas ref={canvas} className="absolute inset-0 size-full" />
      <div ref={text} className="pdf-text" />
    </>
  );
}

/** Whether the element is within a window's height of being seen. */
function useNear(box: React.RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (!box.current) return;
    const observer = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting ?? false), {
      rootMargin: "100% 0px",
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [box]);
  return near;
}

function percent(part: number, whole: number): string {
  return `${(100 * part) / whole}%`;
}
