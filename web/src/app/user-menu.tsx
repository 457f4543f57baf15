import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Keyboard, LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Menu, MenuChoice, MenuItem, MenuLine } from "@/components/menu";
import { LANGUAGES, setLanguage, type Language } from "@/i18n";
import { request } from "@/lib/http";
import { setTheme, useTheme } from "@/lib/theme";
import { usePlaces } from "./navigation";

export function UserMenu({ me, onHelp }: { me: Me; onHelp: () => void }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const theme = useTheme();
  const navigate = useNavigate();
  const places = usePlaces(me).filter(({ rare }) => rare);
  const speak = async (language: Language) => {
    await setLanguage(language);
    await request("PATCH", "/api/v1/me", { json: { locale: language } });
  };
  const switchTo = async (id: string) => {
    await request("POST", "/api/v1/auth/switch", { json: { organisation_id: id } });
    sessionStorage.clear();
    location.assign("/ask"); // nothing of the one may be seen in the other
  };
  const leave = async () => {
    await request("POST", "/api/v1/auth/logout").catch(() => undefined);
    sessionStorage.clear();
    location.assign("/ask");
    client.clear();
  };
  const trigger = (
    <button
      type="button"
      className="flex w-full items-center gap-2.5 rounded-md p-1.5 text-start text-sm hover:bg-paper"
    >
      <span className="sr-only">{t("app.menu", { name: me.name })}</span>
      <Avatar name={me.name} />
      <span aria-hidden="true" className="min-w-0 max-md:hidden">
        <span className="block truncate font-medium">{me.name}</span>
        <span className="block truncate text-xs text-soft">{me.organisation.name}</span>
      </span>
    </button>
  );
  return (
    <Menu trigger={trigger}>
      <MenuChoice
        label={t("app.language")}
        value={i18n.language as Language}
        options={LANGUAGES}
        onChange={speak}
      />
      <MenuChoice
        label={t("app.theme")}
        value={theme}
        options={{ system: t("app.themes.system"), light: t("app.themes.light"), dark: t("app.themes.dark") }}
        onChange={setTheme}
      />
      {me.organisations.length > 1 && (
        <MenuChoice
          label={t("people.switchTo")}
          value={me.organisation.id}
          options={Object.fromEntries(me.organisations.map(({ id, name }) => [id, name]))}
          onChange={switchTo}
        />
      )}
      <MenuLine />
      {places.map(({ to, icon: Icon, text }) => (
        <MenuItem
          key={to}
          className="md:hidden"
          icon={<Icon aria-hidden="true" className="size-4" />}
          onSelect={() => void navigate({ to })}
        >
          {text}
        </MenuItem>
      ))}
      <MenuItem icon={<Keyboard aria-hidden="true" className="size-4" />} onSelect={onHelp}>
        {t("app.shortcuts")}
      </MenuItem>
      <MenuItem icon={<LogOut aria-hidden="true" className="size-4" />} onSelect={leave}>
        {t("app.signOut")}
      </MenuItem>
    </Menu>
  );
}
