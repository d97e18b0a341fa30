/** Family names that surrogates are taken from. Written down from general knowledge. */
const list = (names: string): readonly string[] => names.trim().split(/\s+/)

const REAL = list(`
  Abbott Abraham Acosta Adams Adler Aguilar Ahlberg Ahmed Aitken Albrecht Alcock Aldridge Alexander Allen Allison Almeida
  Alonso Alvarez Anderson Andersson Andrade Andrews Antoniou Appleby Araujo Archer Armstrong Arnold Arora Ashby Aslan Atkins
  Atkinson Aubert Ayala Aydin Bailey Bakker Balogh Banerjee Barber Barker Barlow Barnes Barnett Barrett Barros Bartlett Barton
  Basu Bates Bauer Baumann Baxter Beaumont Beck Becker Bell Benedetti Bengtsson Bennett Benson Bentley Berger Bergstrom
  Bernard Bernhardt Berry Bertrand Bhatt Bianchi Bishop Blackburn Blake Blanchard Blanco Bloom Boateng Bolton Bond Bonnet
  Booth Borges Bouchard Bowen Boyd Boyle Bradley Bradshaw Brady Brandt Braun Brennan Bridges Briggs Brooks Brown Bruno Bryant
  Buchanan Buckley Burgess Burke Burns Burton Butler Byrne Cabrera Calderon Caldwell Calvert Camacho Cameron Campbell Campos
  Cardoso Carlson Carlsson Carpenter Carr Carroll Carter Carvalho Castillo Castro Caruso Chambers Chandler Chapman Chaudhary
  Chevalier Christensen Clark Clarke Clayton Clements Cohen Coleman Collins Colombo Connolly Connor Contreras Cooke Cooper
  Corbett Costa Coulson Cowan Craig Crawford Cross Cruz Cunningham Curtis Dahl Dalton Daly Das Davidson Davies Davis Dawson
  Delacroix Delgado Demir Desai Deschamps Diaz Dietrich Dixon Dlamini Doherty Donnelly Dorsey Douglas Doyle Drake Dubois
  Dumont Duncan Dunn Dupont Durand Dyer Eberhardt Eckert Edwards Ekstrom Elliott Ellison Engel Eriksen Eriksson Escobar
  Esposito Estrada Evans Fabre Falk Farmer Farrell Faulkner Ferguson Fernandez Ferrara Ferrari Ferreira Fiedler Figueroa
  Finch Fischer Fisher Fitzgerald Fleming Fletcher Flores Fontaine Forbes Forster Forsyth Foster Fournier Fowler Fox Francis
  Franke Fraser Freeman Friedrich Frost Fuchs Fuentes Fuller Gallagher Gallo Galloway Garcia Gardner Garner Garrett Garrison
  Gauthier Geiger Gibbs Gibson Gilbert Gill Gillespie Giordano Glover Goldberg Gomes Gomez Gonzalez Goodman Goodwin Gordon
  Gould Graham Granger Grant Greco Greene Greenwood Gregory Griffin Griffiths Gruber Guerrero Gupta Gustafsson Gutierrez
  Haas Hagen Hahn Hale Hall Hamilton Hammond Hansen Hansson Harding Hardy Harper Harrington Harris Harrison Hartley Hartmann
  Harvey Hassan Hawkins Hayes Haynes Heath Hedlund Heinrich Heller Henderson Henriksen Henry Herbert Hernandez Herrera
  Hewitt Hicks Higgins Hinrichs Hobbs Hodgson Hoffmann Holden Holland Holloway Holm Holmes Holt Hopkins Horn Horvath Howard
  Howe Howell Hubbard Huber Hudson Hughes Hunter Hussain Hutchinson Ibarra Ibrahim Ingram Irving Ito Ivanov Jackson Jacobs
  Jacobsen Jansen Janssen Jarvis Jenkins Jennings Jensen Jimenez Johansen Johansson Johnson Johnston Jones Jordan Joshi
  Juarez Jung Kaiser Kamara Kapoor Karlsson Kato Kaur Kaya Keane Keller Kelly Kemp Kendall Kennedy Kerr Khan Kim Kimura
  Kirby Klein Knight Knox Kobayashi Koch Koenig Kovacs Kowalski Kozlov Kramer Kraus Krishnan Krüger Kuhn Kumar Kuznetsov
  Lacroix Lambert Lancaster Lang Larsen Larsson Laurent Lawrence Lawson Lebedev Leblanc Lefebvre Lehmann Leonard Lewis
  Lindberg Lindgren Lindholm Lindqvist Lloyd Lombardi Lopez Lorenz Lowe Lucas Ludwig Lundgren Lynch Macdonald Machado Mackenzie
  Madsen Mahmood Malik Maldonado Mancini Manning Marchand Marchetti Marino Marsh Marshall Martens Martin Martinez Mason
  Massey Matthews Maxwell Mazur Mccarthy Mcdonald Mckenzie Medina Mehta Meier Mendes Mendoza Mensah Mercer Merkel Meyer Michel
  Middleton Miller Mills Miranda Mishra Mitchell Mohamed Molina Molnar Monroe Montgomery Moody Moran Moreau Morel Moreno
  Moretti Morgan Mori Morris Morrison Morrow Mortensen Moser Muller Munoz Murphy Murray Mwangi Myers Nagy Nair Nakamura
  Navarro Nawaz Nelson Neumann Newman Newton Nichols Nicholson Nielsen Nilsson Nolan Norman Norris North Norton Novak Nowak
  Nunes Obrien Ochoa Oconnor Odonnell Okafor Okonkwo Oliveira Oliver Olsen Olsson Oneill Orlov Ortega Ortiz Osborne Otieno
  Owens Oyelaran Ozturk Pacheco Padilla Palmer Pappas Parry Parsons Patel Patterson Pavlov Payne Pearce Pearson Pedersen
  Pereira Perkins Perrin Perry Petersen Peterson Petit Petrov Pfeiffer Phillips Pierce Pinto Poole Popescu Porter Potter
  Powell Pratt Preston Price Quinn Ramirez Ramos Ramsey Rao Rasmussen Reddy Reeves Reid Reilly Reinhardt Renard Reyes
  Reynolds Rhodes Ribeiro Ricci Richards Richardson Richter Riley Rinaldi Rivera Rizzo Roberts Robertson Robinson Rocha
  Rodriguez Rogers Rojas Romano Romero Rosenberg Rossi Rousseau Rowe Rowland Roy Ruiz Russo Rutherford Saito Salazar Salinas
  Sanchez Sanders Sandoval Santoro Santos Sato Saunders Schaefer Schmidt Schmitt Schneider Scholz Schreiber Schroeder Schubert
  Schultz Schumacher Schuster Schwartz Scott Serrano Sharma Sharp Shaw Shepherd Sheridan Short Silva Simmons Simon Simpson
  Sinclair Singh Skinner Slater Smith Snyder Soares Sommer Soto Souza Spencer Stafford Stanley Steele Stein Stephens Stevens
  Stevenson Stewart Stokes Stone Strand Strauss Suarez Sullivan Sundberg Sutherland Sutton Suzuki Svensson Swanson Sweeney
  Szabo Takahashi Tanaka Tate Taylor Tejada Thomas Thompson Thomsen Thornton Tobin Torres Toth Townsend Tran Travers Tucker
  Turner Underwood Valdez Valentine Vance Vargas Varga Vaughan Vazquez Vega Velasco Verma Vidal Vieira Villa Vinogradov Virtanen
  Vogel Vogt Voss Wagner Walker Wallace Wallin Walsh Walter Walters Walton Ward Warner Watanabe Waters Watkins Watson Watts
  Weaver Webb Weber Webster Weiss Wells Werner West Westerberg Weston Wheeler White Whitehead Whitfield Wilkins Wilkinson
  Williams Williamson Willis Wilson Winkler Winters Wolf Wolfe Wong Woods Woodward Wright Wu Yamamoto Yang Yates Yilmaz Yoshida
  Bui Chan Chang Chen Cheng Cheung Cho Choi Chung Dang Deng Duong Feng Guo Han Hoang Hou Hsu Hu Huang Inoue Iyer Jain Jang
  Jeong Jiang Kang Kwon Lai Lam Lau Lee Leung Liang Lim Lin Liu Luo Matsumoto Menon Mukherjee Nakajima Naidu Ng Ngo Nguyen Oh
  Ong Park Pham Phan Pillai Sasaki Seo Seth Shah Shen Shin Shukla Sinha Song Tan Tang Thakur Tiwari Trinh Tsai Vu Wang Xie Xu
  Yadav Yamada Yamaguchi Yan Yoon Yu Zhao Zheng Zhou Zhu
  Young Zamora Zhang Ziegler Zimmermann`)

/** Beginnings and ends that make names of the English kind, so that there are thousands and most people keep one of their own. */
const BEGINNINGS = list(`
  Ald Alder Ald Ash Bark Barn Beck Berk Birch Black Blen Brad Bram Bran Brax Brom Brook Buck Burn Cald Carl Chad Chat Chil Clay
  Cleve Col Con Cope Cran Crom Dar Den Der Dray Dun East Eller Els Far Fen Field Fin Gar Glad Glen Gran Green Hal Ham Har
  Hather Haw Hazel Hey Hol Hub Hunt Kel Kem Ken Kil Kings Lang Lang Lark Law Leigh Lin Long Lux Mar May Med Mel Mer Mil Mor
  Nor Oak Ock Old Or Pem Pen Pres Quar Rad Raven Red Rich Rock Roth Rush Sel Shel Sher Ship Stan Stock Strat Sun Swin Tar Thorn
  Til Tren Up Wake Wal Wel Wes Whit Wil Win Wood Yar`)
const ENDS = list(`
  berry borough bourne bridge brook bury by combe cote cott croft dale den don field ford gate grave ham hurst kirk land leigh
  ley low man mere mont more shaw stead stone thorpe ton vale ville wall ward water well wick win wold wood worth wyn`)

/** About six thousand. */
export const FAMILY_NAMES: readonly string[] = [
  ...new Set([...REAL, ...BEGINNINGS.flatMap((beginning) => ENDS.map((end) => beginning + end))]),
]

/** In their masculine form; the feminine one adds an а. */
export const CYRILLIC_FAMILY = list(`
  Алексеев Андреев Антонов Баранов Белов Беляев Богданов Борисов Васильев Виноградов Власов Волков Воробьёв Воронцов
  Гаврилов Герасимов Голубев Григорьев Давыдов Данилов Дмитриев Егоров Ершов Жуков Зайцев Захаров Иванов Ильин Калинин
  Карпов Киселёв Ковалёв Козлов Комаров Королёв Крылов Кудрявцев Кузнецов Кузьмин Куликов Лебедев Макаров Максимов
  Матвеев Медведев Миронов Михайлов Морозов Назаров Некрасов Никитин Николаев Новиков Орлов Осипов Павлов Панов Петров
  Поляков Пономарёв Попов Родионов Романов Савельев Семёнов Сергеев Сидоров Смирнов Соболев Соколов Соловьёв Сорокин
  Степанов Тарасов Тимофеев Титов Фёдоров Филиппов Фролов Чернов Шестаков Щербаков Яковлев`)
export const HAN_FAMILY = list(`
  王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡 余
  杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金`)
