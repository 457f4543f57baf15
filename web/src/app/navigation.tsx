import { Link } from "@tanstack/react-router";
import {
  Boxes,
  ChartColumn,
  FlaskConical,
  FolderOpen,
  MessageCircleQuestion,
  ScrollText,
  SlidersHorizontal,
  UsersRound,
  type LucideIcon,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types";
import { classes } from "@/lib/classes";

export type Destination =
  "/ask" | "/library" | "/playground" | "/usage" | "/people" | "/models" | "/audit" | "/settings";

interface Place {
  to: Destination;
  icon: LucideIcon;
  text: string;
  /** On a phone it stands in the menu: the bar has room for three. */
  rare?: boolean;
}

/** Where this person may go. */
export function usePlaces(me: Me): Place[] {
  const { t } = useTranslation();
  const may = (action: string) => me.actions.includes(action);
  const places: (Place | false)[] = [
    { to: "/ask", icon: MessageCircleQuestion, text: t("app.ask") },
    { to: "/library", icon: FolderOpen, text: t("app.library") },
    may("model.use") && { to: "/playground", icon: FlaskConical, text: t("playground.title"), rare: true },
    may("model.use") && { to: "/usage", icon: ChartColumn, text: t("usage.title"), rare: true },
    may("people.read") && { to: "/people", icon: UsersRound, text: t("people.title"), rare: true },
    may("organisation.manage") && { to: "/models", icon: Boxes, text: t("models.title"), rare: true },
    may("audit.read") && { to: "/audit", icon: ScrollText, text: t("audit.title"), rare: true },
    { to: "/settings", icon: SlidersHorizontal, text: t("app.settings") },
  ];
  return places.filter((place) => place !== false);
}

export function Navigation({ me }: { me: Me }) {
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t("app.navigation")}
      className="fixed inset-x-0 bottom-0 z-20 flex border-t border-line bg-sunken pb-[env(safe-area-inset-bottom)] md:static md:flex-col md:gap-0.5 md:border-0"
    >
      {usePlaces(me).map(({ to, icon: Icon, text, rare }) => (
        <Link
          key={to}
          to={to}
          className={classes(
            "flex min-h-11 grow items-center gap-2.5 rounded-md px-2.5 text-sm font-medium text-soft hover:text-ink max-md:min-h-14 max-md:flex-col max-md:justify-center max-md:gap-0.5 max-md:text-xs data-[status=active]:text-woad md:grow-0 md:hover:bg-paper md:data-[status=active]:bg-paper",
            rare && "max-md:!hidden",
          )}
        >
          <Icon aria-hidden="true" className="size-5" />
          {text}
        </Link>
      ))}
    </nav>
  );
}
