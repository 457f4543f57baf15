import { useQuery } from "@tanstack/react-query";
import type { PDFDocumentProxy } from "pdfjs-dist";
import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { PageRectangles } from "@/api/types";
import { Waiting } from "@/components/logo";
import { usePdf } from "./pdf";
import { PdfPage, type Size } from "./pdf-page";
import { PdfTools } from "./pdf-tools";
import { rectanglesOf } from "./queries";
import { QuoteFallback } from "./quote-fallback";
import { TextView } from "./text-view";
import type { Place } from "./viewer";

const GAP = 12; // pixels around pages
const ZOOM_STEP = 1.2;

interface Props {
  url: string;
  place: Place;
}

export function PdfView({ url, place }: Props) {
  const { t } = useTranslation();
  const { pdf, error } = usePdf(url);
  const rectangles = useQuery(rectanglesOf(place));
  if (error) {
    return (
      <>
        <p role="status" className="border-b border-line bg-paper px-4 py-1.5 text-sm text-soft">
          {t("viewer.failed")}
        </p>
        <TextView place={place} picture={undefined} />
      </>
    );
  }
  if (!pdf || (place.span && rectangles.isPending)) {
    return (
      <p className="p-6">
        <Waiting label={t("app.loading")} />
      </p>
    );
  }
  const marks = rectangles.data ?? [];
  const located = marks.some((page) => page.rectangles.length > 0);
  return (
    <>
      {place.span && !located && <QuoteFallback place={place} />}
      <Pages pdf={pdf} place={place} marks={marks} />
    </>
  );
}

function Pages({ pdf, place, marks }: { pdf: PDFDocumentProxy; place: Place; marks: PageRectangles[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const usual = useFirstPageSize(pdf);
  const [zoom, setZoom] = useState(1);
  const [current, setCurrent] = useState(1);
  const scale = usual && width ? ((width - 2 * GAP) / usual.width) * zoom : 0;
  const ready = scale > 0;

  const goTo = (number: number, points = 0) => {
    const box = scroller.current;
    const page = box?.querySelector<HTMLElement>(`[data-page="${number}"]`);
    if (box && page) box.scrollTop = page.offsetTop + points * scale - (points ? box.clientHeight / 4 : GAP);
  };
  const scrollThere = useRef(goTo);
  useLayoutEffect(() => {
    scrollThere.current = goTo;
  });
  useEffect(() => {
    if (!ready) return;
    const target = marks.find((page) => page.rectangles.length > 0);
    if (target) scrollThere.current(target.page, target.rectangles[0]?.y0);
    else if (place.page) scrollThere.current(place.page);
  }, [ready, marks, place.page]);

  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    const line = box.scrollTop + box.clientHeight / 3;
    const pages = [...box.querySelectorAll<HTMLElement>("[data-page]")];
    const above = pages.findLast((page) => page.offsetTop <= line);
    setCurrent(Number(above?.dataset.page ?? 1));
  };

  return (
    <>
      <PdfTools
        page={current}
        count={pdf.numPages}
        onPage={(number) => goTo(Math.min(Math.max(1, number), pdf.numPages))}
        onZoom={(steps) =>
          setZoom((now) => (steps === 0 ? 1 : Math.min(6, Math.max(0.3, now * ZOOM_STEP ** steps))))
        }
      />
      <div
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="region"
        aria-label="PDF"
        className="relative min-h-0 grow overflow-auto outline-offset-[-2px]"
      >
        {ready &&
          usual &&
          Array.from({ length: pdf.numPages }, (_, index) => (
            <PdfPage
              key={index}
              pdf={pdf}
              number={index + 1}
              scale={scale}
              usual={usual}
              marks={marks.find(({ page }) => page === index + 1)}
            />
          ))}
      </div>
    </>
  );
}

function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

function useFirstPageSize(pdf: PDFDocumentProxy): Size | undefined {
  const [size, setSize] = useState<Size>();
  useEffect(() => {
    let left = false;
    void pdf.getPage(1).then((page) => {
      const { width, height } = page.getViewport({ scale: 1 });
      if (!left) setSize({ width, height });
    });
    return () => {
      left = true;
    };
  }, [pdf]);
  return size;
}
